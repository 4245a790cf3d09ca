using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkflowAspire.Bench.MassTransit;

/// <summary>For comparison: what MassTransit's own in-memory transport costs a message, sent and consumed in this process.</summary>
internal sealed class InMemoryPeer : IConsumer<NoOp>
{
    private static readonly NoOp Message = new(new string('x', 280));
    private static int _left;
    private static TaskCompletionSource _done = null!;

    public static async Task<ConsumerFigures> RunAsync(int messages)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<InMemoryPeer>();
            bus.UsingInMemory((context, memory) => memory.ReceiveEndpoint("consume", endpoint =>
            {
                endpoint.ConcurrentMessageLimit = 100;
                endpoint.ConfigureConsumer<InMemoryPeer>(context);
            }));
        });
        using var host = builder.Build();
        await host.StartAsync();
        var target = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:consume"));
        await SendAsync(target, messages / 10);
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        var (watch, cpu, bytes) = (Stopwatch.StartNew(), self.TotalProcessorTime, GC.GetTotalAllocatedBytes());
        await SendAsync(target, messages);
        var wall = watch.Elapsed;
        self.Refresh();
        var figures = new ConsumerFigures(
            wall.TotalMicroseconds / messages, (self.TotalProcessorTime - cpu).TotalMicroseconds / messages, (double)(GC.GetTotalAllocatedBytes() - bytes) / messages);
        await host.StopAsync();
        return figures;
    }

    public Task Consume(ConsumeContext<NoOp> context)
    {
        if (Interlocked.Decrement(ref _left) == 0) _done.SetResult();
        return Task.CompletedTask;
    }

    private static async Task SendAsync(ISendEndpoint target, int messages)
    {
        (_left, _done) = (messages, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        foreach (var call in Enumerable.Range(0, messages).Chunk(100)) await Task.WhenAll(call.Select(_ => target.Send(Message)));
        await _done.Task;
    }
}
