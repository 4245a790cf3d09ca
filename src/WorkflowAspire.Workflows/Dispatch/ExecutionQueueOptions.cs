using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>What the jobs of new runs get; configuration section <c>ExecutionQueue</c>. The defaults are the runbook's.</summary>
public sealed class ExecutionQueueOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "ExecutionQueue";

    /// <summary>How many attempts a run has in all.</summary>
    /// <value>Default 3.</value>
    [Range(1, 100)]
    public int Attempts { get; set; } = 3;

    /// <summary>The wait before the second attempt; it doubles with each further one.</summary>
    /// <value>Default 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan BackoffDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many completed jobs the queue keeps, the newest ones.</summary>
    /// <value>Default 100.</value>
    [Range(0, 1_000_000)]
    public int KeepCompleted { get; set; } = 100;

    /// <summary>The options of a run's job.</summary>
    internal JobOptions JobOptions(Guid runId) => new()
    {
        JobId = ExecutionQueue.JobIdOf(runId),
        Attempts = Attempts,
        Backoff = BackoffOptions.Exponential(BackoffDelay),
        RemoveOnComplete = KeepJobs.Count(KeepCompleted),
        RemoveOnFail = KeepJobs.All,
    };
}

[OptionsValidator]
internal sealed partial class ExecutionQueueOptionsValidator : IValidateOptions<ExecutionQueueOptions>;
