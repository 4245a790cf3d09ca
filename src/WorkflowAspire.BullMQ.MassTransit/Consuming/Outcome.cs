namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Which exceptions of a consumer mean something to the queue.</summary>
internal static class Outcome
{
    /// <summary>The attempt neither failed nor completed: the job is put off or goes back.</summary>
    public static bool IsMoved(Exception error) => error is DelayedError or WaitingError or RateLimitError or WaitingChildrenError;

    /// <summary>To run the consumer again within the attempt would be wrong.</summary>
    public static bool ForbidsRetry(Exception error) => error is UnrecoverableError || IsMoved(error);
}
