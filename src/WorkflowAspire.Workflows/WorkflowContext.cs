using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows;

/// <summary>What a workflow knows of its run, and the steps it takes. Steps may run at the same time.</summary>
public sealed class WorkflowContext
{
    private readonly StepRunner _steps;

    internal WorkflowContext(RunLease lease, StepRunner steps)
    {
        _steps = steps;
        RunId = lease.Run.Id;
        TenantId = lease.Run.TenantId;
        Attempt = lease.Attempt;
    }

    /// <summary>The run.</summary>
    public Guid RunId { get; }

    /// <summary>Whose run it is.</summary>
    public Guid TenantId { get; }

    /// <summary>Which attempt of the run this is, from 1.</summary>
    public int Attempt { get; }

    /// <summary>Takes a step, or returns its output if an earlier attempt has finished it.</summary>
    /// <param name="name">The step's name, unique within the run and the same in each attempt.</param>
    /// <param name="step">What to do; its token ends with the run or the step's timeout.</param>
    /// <param name="options">Timeout and tries; null for the defaults in <see cref="WorkflowOptions"/>.</param>
    /// <exception cref="StepTimeoutException">The last try ran out of time.</exception>
    /// <exception cref="StepConnectionException">The last try couldn't reach what it calls.</exception>
    /// <exception cref="LeaseLostException">A newer attempt owns the run.</exception>
    public Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> step, StepOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(step);
        return _steps.RunAsync(name, step, options);
    }

    /// <inheritdoc cref="StepAsync{T}"/>
    public Task StepAsync(string name, Func<CancellationToken, Task> step, StepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        return StepAsync<object?>(
            name,
            async ct =>
            {
                await step(ct).ConfigureAwait(false);
                return null;
            },
            options);
    }
}
