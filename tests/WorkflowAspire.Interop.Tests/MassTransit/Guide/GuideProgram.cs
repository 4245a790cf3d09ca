using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowAspire.BullMQ.MassTransit;

namespace WorkflowAspire.Interop.Tests.MassTransit.Guide;

/// <summary>The code of docs/masstransit.md, in its order.</summary>
internal static class GuideProgram
{
    public static IHost Build(string redis)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var services = builder.Services;
        services.AddSingleton<Thumbnails>();
        services.AddSingleton<SearchIndex>();
        services.AddScoped<Tenant>();

        services.AddMassTransit(bus =>
        {
            bus.UsingInMemory(); // for your own messages; or RabbitMQ, or whatever you have
            bus.DisableUsageTelemetry();
            bus.AddRider(rider =>
            {
                rider.AddConsumer<ThumbnailConsumer, ThumbnailConsumerDefinition>();
                rider.AddConsumer<IndexConsumer>(consumer => consumer.Options<BatchOptions>(batch => batch.SetMessageLimit(50).SetTimeLimit(ms: 200)));
                rider.AddBullMQProducer<Indexing>("indexing", producer =>
                {
                    producer.JobName = "index";
                    producer.DefaultJobOptions = new JobOptions { Attempts = 5, Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(1)) };
                });

                rider.UsingBullMQ((context, bullmq) =>
                {
                    bullmq.Host(redis); // for example localhost:6379
                    bullmq.QueueEndpoint<Picture>("pictures", endpoint =>
                    {
                        endpoint.Concurrency = 50;
                        endpoint.DeadLetter("pictures-dlq");
                        endpoint.UseConsumeFilter(typeof(TenantFilter<>), context);
                        endpoint.ConfigureConsumer<ThumbnailConsumer>(context);
                    });

                    bullmq.QueueEndpoint<Indexing>("indexing", endpoint =>
                    {
                        endpoint.Concurrency = 100;
                        endpoint.ConfigureConsumer<IndexConsumer>(context);
                    });
                });
            });
        });

        return builder.Build();
    }

    public static async Task<(BullMQTestJob[] Processed, bool IsConsumed, SearchIndex Index)> TestWithoutRedisAsync()
    {
        await using var services = new ServiceCollection()
            .AddSingleton<SearchIndex>()
            .AddBullMQTestHarness()
            .AddMassTransitTestHarness(bus => bus.AddRider(rider =>
            {
                rider.AddConsumer<IndexConsumer>(consumer => consumer.Options<BatchOptions>(batch => batch.SetMessageLimit(2)));
                rider.UsingBullMQ((context, bullmq) => bullmq.QueueEndpoint<Indexing>("indexing", endpoint => endpoint.ConfigureConsumer<IndexConsumer>(context)));
            }))
            .BuildServiceProvider(true);
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();

        var jobs = services.GetRequiredService<IBullMQTestHarness>();
        var processed = await Task.WhenAll(jobs.ProcessAsync("indexing", new Indexing("/a")), jobs.ProcessAsync("indexing", new Indexing("/b")));

        return (processed, await harness.Consumed.Any<Indexing>(), services.GetRequiredService<SearchIndex>());
    }
}

public sealed record Picture(string File, int Width, string TenantId);

public sealed class ThumbnailConsumer(Thumbnails thumbnails, IBullMQProducer<Indexing> indexing) : IConsumer<Picture>
{
    public async Task Consume(ConsumeContext<Picture> context)
    {
        var (picture, job) = (context.Message, context.GetBullMQJob());
        if (picture.Width < 1) throw new UnrecoverableError($"A thumbnail can't be {picture.Width} pixels wide.");

        if (!thumbnails.IsUploaded(picture.File))
        {
            await job.DelayAsync(TimeSpan.FromMilliseconds(100), context.CancellationToken);
            return;
        }

        await job.UpdateProgressAsync(50, context.CancellationToken);
        var url = await thumbnails.MakeAsync(picture, context.CancellationToken);
        await job.LogAsync($"attempt {job.Attempt} made {url}", context.CancellationToken);

        await indexing.AddAsync(new Indexing(url), new JobOptions { JobId = $"index-{job.Id}", Priority = 10 }, context.CancellationToken);
        job.SetResult(new Thumbnail(url));
    }
}

public sealed record Thumbnail(string Url);

public sealed class ThumbnailConsumerDefinition : ConsumerDefinition<ThumbnailConsumer>
{
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ThumbnailConsumer> consumerConfigurator, IRegistrationContext context)
    {
        endpointConfigurator.UseMessageRetry(retry =>
        {
            retry.Handle<IOException>();
            retry.Interval(3, TimeSpan.FromMilliseconds(100));
        });
    }
}

public sealed class TenantFilter<T>(Tenant tenant) : IFilter<ConsumeContext<T>>
    where T : class
{
    public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        tenant.Id = context.Message is Picture picture ? picture.TenantId : null;
        return next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("tenant");
}

public sealed record Indexing(string Url);

public sealed class IndexConsumer(SearchIndex index) : IConsumer<Batch<Indexing>>
{
    public Task Consume(ConsumeContext<Batch<Indexing>> context) =>
        index.AddAsync([.. context.Message.Select(message => message.Message.Url)], context.CancellationToken);
}
