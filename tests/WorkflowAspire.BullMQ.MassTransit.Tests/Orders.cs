using System.Collections.Concurrent;
using MassTransit;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

public sealed record Order(int Number, string Customer);

/// <summary>What consumers were called with, and what they are to do.</summary>
public sealed class Calls
{
    public ConcurrentQueue<ConsumeContext<Order>> Made { get; } = new();

    public Func<ConsumeContext<Order>, Task> Do { get; set; } = _ => Task.CompletedTask;
}

public sealed class OrderConsumer(Calls calls) : IConsumer<Order>
{
    public Task Consume(ConsumeContext<Order> context)
    {
        calls.Made.Enqueue(context);
        return calls.Do(context);
    }
}
