namespace WorkflowAspire.BullMQ;

/// <summary>The job that was waited for failed for good, or is not there.</summary>
public sealed class JobFailedException : Exception
{
    /// <summary>For a job and the reason of its failure, which becomes the message.</summary>
    public JobFailedException(string jobId, string failedReason)
        : base(failedReason) => JobId = jobId;

    /// <summary>The job.</summary>
    public string JobId { get; }
}
