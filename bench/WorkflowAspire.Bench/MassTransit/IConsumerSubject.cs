namespace WorkflowAspire.Bench.MassTransit;

/// <summary>One way to have jobs processed.</summary>
internal interface IConsumerSubject
{
    string Name { get; }

    Task StartAsync(string queue, int concurrency);

    Task StopAsync();
}
