namespace WorkflowAspire.BullMQ;

/// <summary>What became of the wish to process a finished job again.</summary>
public enum RetryResult
{
    /// <summary>The job is waiting again.</summary>
    Retried,

    /// <summary>The queue has no job of this id.</summary>
    Missing,

    /// <summary>The job is in another state; nothing was changed.</summary>
    NotInState,
}
