using MassTransit;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Says to MassTransit's retry filters that an exception has been retried enough.</summary>
internal sealed class NoRetry(Exception exception, CancellationToken cancellationToken) : RetryContext
{
    public CancellationToken CancellationToken => cancellationToken;

    public Exception Exception => exception;

    public int RetryAttempt => 0;

    public int RetryCount => 0;

    public TimeSpan? Delay => null;

    public Type ContextType => typeof(ConsumeContext);

    public Task RetryFaulted(Exception exception) => Task.CompletedTask;

    public Task PreRetry() => Task.CompletedTask;
}
