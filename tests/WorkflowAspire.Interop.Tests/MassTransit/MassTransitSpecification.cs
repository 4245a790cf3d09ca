using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowAspire.BullMQ.MassTransit;

namespace WorkflowAspire.Interop.Tests.MassTransit;

/// <summary>The payload of the jobs, as Node writes it: <c>{ "text": … }</c>.</summary>
public sealed record Work(string Text);

/// <summary>A MassTransit application on a test's queue, whose consumer does what the test says.</summary>
public abstract class MassTransitSpecification(InteropServers servers) : InteropSpecification(servers)
{
    private readonly List<IHost> _hosts = [];

    /// <summary>The texts that were consumed, once for each time.</summary>
    protected ConcurrentQueue<string> Consumed { get; } = [];

    protected string DeadLetterQueue => $"{Queue.Name}-dlq";

    /// <summary>Starts an application that consumes the queue; returns when it waits for jobs.</summary>
    protected async Task StartConsumer(Func<ConsumeContext<Work>, Task> consume, Action<IBullMQQueueEndpointConfigurator>? configure = null)
    {
        await StartApplication(rider =>
        {
            rider.AddConsumer<ScriptedConsumer>();
            rider.UsingBullMQ((context, bullmq) => bullmq.QueueEndpoint<Work>(Queue.Name, endpoint =>
            {
                endpoint.Concurrency = 10;
                endpoint.WorkerName = "masstransit";
                endpoint.DeadLetter(DeadLetterQueue);
                configure?.Invoke(endpoint);
                endpoint.ConfigureConsumer<ScriptedConsumer>(context);
            }));
        }, new Script(consume, Consumed));
        await Idle.WorkerAsync(Redis.Connection, Queue.Name);
    }

    /// <summary>Starts an application that only adds jobs to the queue.</summary>
    protected async Task<IBullMQProducer<Work>> StartProducer()
    {
        var host = await StartApplication(rider =>
        {
            rider.AddBullMQProducer<Work>(Queue.Name, producer => producer.JobName = "work");
            rider.UsingBullMQ((_, _) => { });
        });
        return host.Services.GetRequiredService<IBullMQProducer<Work>>();
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task<IHost> StartApplication(Action<IRiderRegistrationConfigurator> configure, Script? script = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(Redis.Connection);
        if (script is not null) builder.Services.AddSingleton(script);
        builder.Services.AddMassTransit(bus =>
        {
            bus.UsingInMemory();
            bus.DisableUsageTelemetry();
            bus.AddRider(configure);
        });
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    private sealed record Script(Func<ConsumeContext<Work>, Task> Consume, ConcurrentQueue<string> Consumed);

    private sealed class ScriptedConsumer(Script script) : IConsumer<Work>
    {
        public Task Consume(ConsumeContext<Work> context)
        {
            script.Consumed.Enqueue(context.Message.Text);
            return script.Consume(context);
        }
    }
}
