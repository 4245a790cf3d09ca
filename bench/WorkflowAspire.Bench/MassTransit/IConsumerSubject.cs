namespace WorkflowAspire.Bench.MassTransit;

/// <summary>One way to have jobs processed.</summary>
internal interface IConsumerSubject
{
    /// <summary>Starts to process; disposing stops it.</summary>
    Task<IAsyncDisposable> StartAsync(string queue, int concurrency);
}
