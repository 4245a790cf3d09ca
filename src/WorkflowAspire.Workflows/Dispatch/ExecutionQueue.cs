namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>The names under which runs travel, as the operations runbook has them.</summary>
public static class ExecutionQueue
{
    /// <summary>The queue's name.</summary>
    public const string Name = "workflow-execution";

    /// <summary>The name of the queue that keeps what failed for good.</summary>
    public const string DeadLetterName = "workflow-execution-dlq";

    /// <summary>The name of its jobs.</summary>
    public const string JobName = "run";

    /// <summary>The id that this product gives the job of a run, so that to add it twice is to add it once.</summary>
    public static string JobIdOf(Guid runId) => runId.ToString("D");
}
