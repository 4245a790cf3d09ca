namespace WorkflowAspire.BullMQ;

/// <summary>Why an operation on a job was refused.</summary>
public enum JobRefusal
{
    /// <summary>The queue has no job of this id.</summary>
    Missing,

    /// <summary>The job is in another state than the operation needs.</summary>
    NotInState,

    /// <summary>The job has no lock: it ran out, and another worker may take the job.</summary>
    LockLost,

    /// <summary>The job's lock is another worker's.</summary>
    LockOfAnother,

    /// <summary>The job has children that have not finished.</summary>
    ChildrenPending,

    /// <summary>The job has children that failed and fail it.</summary>
    ChildrenFailed,

    /// <summary>A job scheduler waits for the job: remove the scheduler instead.</summary>
    BelongsToJobScheduler,
}

/// <summary>An operation on a job was refused because of where the job is now; nothing was changed.</summary>
public sealed class JobRefusedException : InvalidOperationException
{
    /// <summary>A refusal of this job.</summary>
    /// <param name="jobId">The job's id.</param>
    /// <param name="refusal">Why it was refused.</param>
    /// <param name="message">What happened, in words.</param>
    public JobRefusedException(string jobId, JobRefusal refusal, string message)
        : base(message) =>
        (JobId, Refusal) = (jobId, refusal);

    /// <summary>The job's id.</summary>
    public string JobId { get; }

    /// <summary>Why it was refused.</summary>
    public JobRefusal Refusal { get; }

    /// <summary>The refusal that a script's negative answer means. The codes are BullMQ's.</summary>
    internal static JobRefusedException Of(long code, string jobId, string queue, JobState needed) => code switch
    {
        -1 => new(jobId, JobRefusal.Missing, $"The queue {queue} has no job '{jobId}'."),
        -3 => new(jobId, JobRefusal.NotInState, $"Job '{jobId}' of the queue {queue} is not in the state {needed.ToBullName()}; ask GetStateAsync where it is."),
        -8 => new(jobId, JobRefusal.BelongsToJobScheduler, $"Job '{jobId}' of the queue {queue} is the next one of a job scheduler and can't be removed by itself; remove the scheduler."),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, $"The script refused job '{jobId}' of the queue {queue} with an unknown code."),
    };
}
