namespace WorkflowAspire.BullMQ;

/// <summary>Thrown by a processor that has met a rate limit (<see cref="Worker.RateLimitAsync"/>): the worker puts the job back to wait, and takes none until the limit ends. It loses no attempt.</summary>
public class RateLimitError : Exception
{
    /// <summary>The message that Node's package uses.</summary>
    public RateLimitError()
        : base("bullmq:rateLimitExceeded")
    {
    }

    /// <summary>A message of the program's own.</summary>
    public RateLimitError(string message)
        : base(message)
    {
    }

    /// <summary>A message of the program's own, and a cause.</summary>
    public RateLimitError(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
