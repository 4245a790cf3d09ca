namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Why a script refused to settle a job, in words. The codes are BullMQ's.</summary>
internal static class Refusal
{
    public static string Describe(long code) => code switch
    {
        -1 => "the job no longer exists",
        -2 => "its lock has expired",
        -3 => "it is not active any more",
        -4 => "it has children that are not finished",
        -6 => "its lock is another worker's",
        -9 => "it has children that failed",
        _ => $"the script returned {code}",
    };
}
