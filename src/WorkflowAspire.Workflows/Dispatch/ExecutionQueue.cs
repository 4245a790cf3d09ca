using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>The queue that runs travel through, as the operations runbook has it.</summary>
public static class ExecutionQueue
{
    /// <summary>The queue's name.</summary>
    public const string Name = "workflow-execution";

    /// <summary>The name of the queue that keeps what failed for good.</summary>
    public const string DeadLetterName = "workflow-execution-dlq";

    /// <summary>The name of its jobs.</summary>
    public const string JobName = "run";

    /// <summary>The options of a run's job: its id is the run's, so that to add it twice is to add it once.</summary>
    public static JobOptions JobOptions(Guid runId) => new()
    {
        JobId = runId.ToString("D"),
        Attempts = 3,
        Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)),
        RemoveOnComplete = KeepJobs.Count(100),
        RemoveOnFail = KeepJobs.All,
    };
}
