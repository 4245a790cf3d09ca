using System.Text;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>Consumers tested without Redis.</summary>
public sealed class TestHarnessTests : IAsyncLifetime
{
    private readonly Calls _calls = new();
    private readonly ServiceProvider _services;

    public TestHarnessTests() => _services = new ServiceCollection()
        .AddSingleton(_calls)
        .AddLogging()
        .AddBullMQTestHarness()
        .AddMassTransitTestHarness(x =>
        {
            x.AddRider(rider =>
            {
                rider.AddConsumer<OrderConsumer>();
                rider.AddBullMQProducer<Order>("orders", producer => producer.DefaultJobOptions = new JobOptions { Attempts = 3 });
                rider.UsingBullMQ((context, bullmq) =>
                {
                    bullmq.Host("redis.production.example:6379");
                    bullmq.QueueEndpoint<Order>("orders", e =>
                    {
                        e.DeadLetter("orders-dlq", (job, error) => new DeadLetterJob(job.Name, Encoding.UTF8.GetBytes($"\"{error.Message}\"")));
                        e.ConfigureConsumer<OrderConsumer>(context);
                    });
                });
            });
        })
        .AddConsumerContainerTestHarness()
        .BuildServiceProvider(validateScopes: true);

    private ITestHarness MassTransit => _services.GetRequiredService<ITestHarness>();

    private IBullMQTestHarness BullMQ => _services.GetRequiredService<IBullMQTestHarness>();

    [Fact]
    public async Task A_consumer_gets_a_job_with_all_that_belongs_to_it()
    {
        _calls.Do = async context =>
        {
            var job = context.GetBullMQJob();
            (job.Id, job.Name, job.Attempt, job.QueueName, job.Options.Priority).ShouldBe(("7f", "Order", 1, "orders", 2));
            await job.UpdateProgressAsync(JobProgress.FromDouble(50));
            await job.LogAsync("half of it");
            (await job.ExtendLockAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue();
            job.SetResult(new Shipped(context.Message.Number));
        };

        var done = await BullMQ.ProcessAsync("orders", new Order(1, "Ada"), new JobOptions { JobId = "7f", Priority = 2 }, TestContext.Current.CancellationToken);

        (done.State, done.Attempts, done.GetResult<Shipped>()).ShouldBe((JobState.Completed, 1, new Shipped(1)));
        done.Log.ShouldBe(["half of it"]);
        done.Progress.Single().ShouldBe(JobProgress.FromDouble(50));
    }

    [Fact]
    public async Task MassTransits_harness_sees_what_is_consumed_and_published()
    {
        _calls.Do = context => context.Publish(new Shipped(context.Message.Number));

        await BullMQ.ProcessAsync("orders", new Order(1, "Ada"), cancellationToken: TestContext.Current.CancellationToken);

        (await MassTransit.Consumed.Any<Order>(consumed => consumed.Context.Message.Customer == "Ada", TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await MassTransit.GetConsumerHarness<OrderConsumer>().Consumed.Any<Order>(TestContext.Current.CancellationToken)).ShouldBeTrue();
        (await MassTransit.Published.Any<Shipped>(TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    [Fact]
    public async Task Attempts_follow_each_other_whatever_the_backoff()
    {
        _calls.Do = _ => _calls.Made.Count < 3 ? throw new InvalidOperationException("again") : Task.CompletedTask;

        var done = await BullMQ.ProcessAsync("orders", new Order(1, "Ada"),
            new JobOptions { Attempts = 5, Backoff = BackoffOptions.Exponential(TimeSpan.FromHours(1)) }, TestContext.Current.CancellationToken);

        (done.State, done.Attempts, done.Error).ShouldBe((JobState.Completed, 3, null));
        _calls.Made.Select(context => context.GetBullMQJob().Attempt).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_job_that_fails_for_good_is_in_the_dead_letter_queue()
    {
        _calls.Do = _ => throw new InvalidOperationException("never");

        var failed = await BullMQ.ProcessAsync("orders", new Order(1, "Ada"), new JobOptions { Attempts = 2 }, TestContext.Current.CancellationToken);

        (failed.State, failed.Attempts, failed.Error!.Message).ShouldBe((JobState.Failed, 2, "never"));
        var dead = BullMQ.JobsOf("orders-dlq").Single().Job;
        (dead.Id, Encoding.UTF8.GetString(dead.Data.Span)).ShouldBe((failed.Job.Id, "\"never\""));
    }

    [Fact]
    public async Task A_payload_is_read_as_in_production()
    {
        var failed = await BullMQ.ProcessJsonAsync("orders", "order", "{"u8.ToArray(), new JobOptions { Attempts = 2 }, TestContext.Current.CancellationToken);

        (failed.State, failed.Attempts).ShouldBe((JobState.Failed, 1));
        failed.Error.ShouldBeOfType<UnrecoverableError>().Message.ShouldStartWith("The payload of job 1 in queue 'orders' can't be read as WorkflowAspire.BullMQ.MassTransit.Tests.Order: ");
    }

    [Fact]
    public async Task A_job_that_its_consumer_puts_off_stays_so()
    {
        _calls.Do = context => context.GetBullMQJob().DelayAsync(TimeSpan.FromHours(1));

        var delayed = await BullMQ.ProcessAsync("orders", new Order(1, "Ada"), cancellationToken: TestContext.Current.CancellationToken);

        (delayed.State, delayed.Delay, delayed.Attempts).ShouldBe((JobState.Delayed, TimeSpan.FromHours(1), 0));
    }

    [Fact]
    public async Task A_lost_lock_is_the_callers_token()
    {
        using var lost = new CancellationTokenSource();
        _calls.Do = async context =>
        {
            await lost.CancelAsync();
            context.CancellationToken.ThrowIfCancellationRequested();
        };

        var failed = await BullMQ.ProcessAsync("orders", new Order(1, "Ada"), cancellationToken: lost.Token);

        failed.Error.ShouldBeAssignableTo<OperationCanceledException>();
    }

    [Fact]
    public async Task What_a_producer_adds_is_consumed_in_the_background()
    {
        var producer = _services.GetRequiredService<IBullMQProducer<Order>>();

        var job = await producer.AddAsync("place", new Order(1, "Ada"), new JobOptions { JobId = "once" }, TestContext.Current.CancellationToken);
        await producer.AddAsync("place", new Order(2, "Bob"), new JobOptions { JobId = "once" }, TestContext.Current.CancellationToken);
        await producer.AddBulkAsync([new Order(3, "Cid"), new Order(4, "Dan")], cancellationToken: TestContext.Current.CancellationToken);

        var jobs = BullMQ.JobsOf("orders");
        await Task.WhenAll(jobs.Select(added => added.Settled)).WaitAsync(TestContext.Current.CancellationToken);
        (job.Id, job.Name, job.Options.Attempts).ShouldBe(("once", "place", 3));
        jobs.Select(added => added.Job.Name).ShouldBe(["place", "Order", "Order"]);
        _calls.Made.Select(context => context.Message.Number).Order().ShouldBe([1, 3, 4]);
    }

    [Fact]
    public async Task A_queue_without_an_endpoint_is_named()
    {
        (await Should.ThrowAsync<InvalidOperationException>(() => BullMQ.ProcessAsync("order", new Order(1, "Ada")))).Message
            .ShouldBe("The queue 'order' has no endpoint that is started; there are 'orders'.");

        await MassTransit.Stop(TestContext.Current.CancellationToken);
        (await Should.ThrowAsync<InvalidOperationException>(() => BullMQ.ProcessAsync("orders", new Order(1, "Ada")))).Message
            .ShouldBe("The queue 'orders' has no endpoint that is started; no queue has: start MassTransit's harness first.");
    }

    [Fact]
    public async Task Jobs_that_were_added_before_the_start_are_consumed_after_it()
    {
        await MassTransit.Stop(TestContext.Current.CancellationToken);
        await _services.GetRequiredService<IBullMQProducer<Order>>().AddAsync(new Order(1, "Ada"), cancellationToken: TestContext.Current.CancellationToken);
        _calls.Made.ShouldBeEmpty();

        await _services.GetRequiredService<IBusControl>().StartAsync(TestContext.Current.CancellationToken);

        await Eventually.True(() => _calls.Made.Count == 1);
    }

    public async ValueTask InitializeAsync() => await MassTransit.Start();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

internal static class ConsumerHarness
{
    public static IServiceCollection AddConsumerContainerTestHarness(this IServiceCollection services)
    {
        services.AddConsumerContainerTestHarness<OrderConsumer>();
        return services;
    }
}
