namespace WorkflowAspire.Workflows;

/// <summary>A workflow written as code.</summary>
/// <typeparam name="TInput">What a run is given; read from JSON.</typeparam>
/// <typeparam name="TOutput">What a run leaves; written as JSON.</typeparam>
/// <remarks>
/// <see cref="RunAsync"/> begins anew after a failure or a crash, so everything with an effect, a cost or a changing
/// result belongs into a step (<see cref="WorkflowContext"/>): a step that has finished isn't repeated.
/// </remarks>
public interface IWorkflow<in TInput, TOutput>
{
    /// <summary>Runs the workflow from its beginning, or from its last checkpoint.</summary>
    /// <param name="input">The run's input.</param>
    /// <param name="context">Which run it is, and its steps.</param>
    /// <param name="cancellationToken">Cancelled when the worker stops or has lost the run.</param>
    Task<TOutput> RunAsync(TInput input, WorkflowContext context, CancellationToken cancellationToken);
}
