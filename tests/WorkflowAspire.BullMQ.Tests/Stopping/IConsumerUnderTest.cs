namespace WorkflowAspire.BullMQ.Tests.Stopping;

/// <summary>Something that consumes a queue and can be told to stop.</summary>
public interface IConsumerUnderTest : IAsyncDisposable
{
    /// <summary>Stops it as its host would on SIGTERM.</summary>
    /// <param name="timeout">How long running jobs may go on.</param>
    Task StopAsync(TimeSpan timeout);
}
