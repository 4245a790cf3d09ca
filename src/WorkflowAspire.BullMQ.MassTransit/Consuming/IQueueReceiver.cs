using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Where the jobs of an endpoint come from.</summary>
internal interface IQueueReceiver
{
    TimeProvider Time { get; }

    DeliveryMetrics Metrics { get; }

    /// <summary>Begins to give jobs to the endpoint's consumers.</summary>
    /// <param name="ready">Awaited once jobs can come.</param>
    /// <param name="ct">Ends the wait; no jobs come then.</param>
    /// <returns>What stops it again.</returns>
    Task<Func<Task>> StartAsync(Func<Task> ready, CancellationToken ct);
}
