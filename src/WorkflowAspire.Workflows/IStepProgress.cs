namespace WorkflowAspire.Workflows;

/// <summary>Is told how far the steps of runs are, for whoever watches. A report that gets lost does no harm.</summary>
public interface IStepProgress
{
    /// <summary>Takes a report; it must not wait long, because the step waits for it.</summary>
    ValueTask ReportAsync(StepProgress progress, CancellationToken ct = default);
}

/// <summary>How far a step is.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Step">The step's name.</param>
/// <param name="Characters">How many characters of its answer have arrived.</param>
public sealed record StepProgress(Guid RunId, string Step, int Characters);
