namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Why a script refused to settle a job, in words. The codes are BullMQ's.</summary>
internal static class Refusal
{
    private const long ChildrenPending = -4;
    private const long ChildrenFailed = -9;
    private const long LockGone = -2;
    private const long LockOfAnother = -6;

    /// <summary>Why a job that its processor has finished fails all the same; null where it can't be failed either. The words are Node's: they are stored.</summary>
    public static Exception? FailureOf(string jobId, long code) => code switch
    {
        ChildrenPending => new InvalidOperationException($"Job {jobId} has pending dependencies. moveToFinished"),
        ChildrenFailed => new UnrecoverableError(FailedChildren(jobId, "moveToFinished")),
        _ => null,
    };

    public static string FailedChildren(string jobId, string command) =>
        $"Cannot complete job {jobId} because it has at least one failed child. {command}";

    /// <summary>The refusal as an exception.</summary>
    /// <param name="code">What the script returned.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="keys">Its queue.</param>
    /// <param name="what">What was not done, for example <c>completed</c>.</param>
    public static JobRefusedException Of(long code, string jobId, QueueKeys keys, string what) => new(jobId, code switch
    {
        -1 => JobRefusal.Missing,
        LockGone => JobRefusal.LockLost,
        LockOfAnother => JobRefusal.LockOfAnother,
        ChildrenPending => JobRefusal.ChildrenPending,
        ChildrenFailed => JobRefusal.ChildrenFailed,
        _ => JobRefusal.NotInState,
    }, $"Job {jobId} of the queue {keys.QualifiedName} could not be {what}: {Describe(code)}.");

    public static string Describe(long code) => code switch
    {
        -1 => "the job no longer exists",
        LockGone => "its lock has expired",
        -3 => "it is not active any more",
        ChildrenPending => "it has children that are not finished",
        LockOfAnother => "its lock is another worker's",
        ChildrenFailed => "it has children that failed",
        _ => $"the script returned {code}",
    };
}
