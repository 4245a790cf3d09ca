using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.BullMQ.MassTransit.Readme;

/// <summary>The code of the package's README, in its order.</summary>
public static class ReadmeProgram
{
    public static async Task ConsumeAsync(string redis)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<Postman>();
        builder.Services.AddMassTransit(x =>
        {
            x.UsingInMemory();
            x.AddRider(rider =>
            {
                rider.AddConsumer<SendMailConsumer>();
                rider.AddBullMQProducer<Mail>("mail");
                rider.UsingBullMQ((context, bullmq) =>
                {
                    bullmq.Host(redis); // or without it: the IConnectionMultiplexer of the container
                    bullmq.QueueEndpoint<Mail>("mail", e =>
                    {
                        e.Concurrency = 100;
                        e.DeadLetter("mail-dlq");
                        e.ConfigureConsumer<SendMailConsumer>(context);
                    });
                });
            });
        });

        using var app = builder.Build();
        await app.StartAsync();

        var producer = app.Services.GetRequiredService<IBullMQProducer<Mail>>();
        var added = await producer.AddAsync(new Mail("first@example.org"), new JobOptions { Attempts = 3, Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)) });
        await producer.AddBulkAsync([new Mail("second@example.org"), new Mail("third@example.org")], new JobOptions { Priority = 10 });

        await app.Services.GetRequiredService<Postman>().HasSentThree;
        Console.WriteLine($"{added.Id} is sent");
        await app.StopAsync();
    }

    public static async Task TestAsync()
    {
        await using var services = new ServiceCollection()
            .AddSingleton<Postman>()
            .AddBullMQTestHarness()
            .AddMassTransitTestHarness(x => x.AddRider(rider =>
            {
                rider.AddConsumer<SendMailConsumer>();
                rider.UsingBullMQ((context, bullmq) => bullmq.QueueEndpoint<Mail>("mail", e => e.ConfigureConsumer<SendMailConsumer>(context)));
            }))
            .BuildServiceProvider(true);
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();

        var job = await services.GetRequiredService<IBullMQTestHarness>().ProcessAsync("mail", new Mail("first@example.org"), new JobOptions { Attempts = 3 });

        if (job.State != JobState.Completed) throw new InvalidOperationException($"The mail was not sent: {job.Error}");
        if (!await harness.Consumed.Any<Mail>()) throw new InvalidOperationException("MassTransit's harness has seen no mail.");
    }
}

public sealed record Mail(string To);

public sealed class Postman
{
    private readonly TaskCompletionSource _sentThree = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _sent;

    public Task HasSentThree => _sentThree.Task;

    public Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Increment(ref _sent) == 3) _sentThree.TrySetResult();
        return Task.CompletedTask;
    }
}

public sealed class SendMailConsumer(Postman postman) : IConsumer<Mail>
{
    public async Task Consume(ConsumeContext<Mail> context)
    {
        var job = context.GetBullMQJob();
        await job.LogAsync($"attempt {job.Attempt} of {job.Name}", context.CancellationToken);
        await postman.SendAsync(context.Message, context.CancellationToken);
        job.SetResult(new { sent = true });
    }
}
