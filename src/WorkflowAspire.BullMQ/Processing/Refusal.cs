namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Why a script refused to settle a job, in words. The codes are BullMQ's.</summary>
internal static class Refusal
{
    private const long ChildrenPending = -4;
    private const long ChildrenFailed = -9;

    /// <summary>Why a job that its processor has finished fails all the same; null where it can't be failed either. The words are Node's: they are stored.</summary>
    public static Exception? FailureOf(string jobId, long code) => code switch
    {
        ChildrenPending => new InvalidOperationException($"Job {jobId} has pending dependencies. moveToFinished"),
        ChildrenFailed => new UnrecoverableError(FailedChildren(jobId, "moveToFinished")),
        _ => null,
    };

    public static string FailedChildren(string jobId, string command) =>
        $"Cannot complete job {jobId} because it has at least one failed child. {command}";

    public static string Describe(long code) => code switch
    {
        -1 => "the job no longer exists",
        -2 => "its lock has expired",
        -3 => "it is not active any more",
        ChildrenPending => "it has children that are not finished",
        -6 => "its lock is another worker's",
        ChildrenFailed => "it has children that failed",
        _ => $"the script returned {code}",
    };
}
