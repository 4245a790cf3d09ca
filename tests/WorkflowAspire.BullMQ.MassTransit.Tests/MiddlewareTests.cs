using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>What MassTransit offers around a consumer works around a job's.</summary>
public class MiddlewareTests(RedisServer redis) : RiderSpecification(redis)
{
    [Fact]
    public async Task Each_job_has_a_scope_of_its_own_which_filters_share()
    {
        await Start<ScopedConsumer>((e, context) => e.UseConsumeFilter(typeof(ScopedFilter<>), context), x => x.AddScoped<Scoped>());

        await Reaches(await Add(), JobState.Completed);
        await Reaches(await Add(), JobState.Completed);

        ScopedConsumer.Seen.Where(seen => seen.Queue == Queue.Name).Select(seen => (seen.Filter == seen.Consumer, seen.Consumer)).ToHashSet()
            .ShouldSatisfyAllConditions(seen => seen.Count.ShouldBe(2), seen => seen.ShouldAllBe(pair => pair.Item1));
    }

    [Fact]
    public async Task Observers_see_a_job_received_consumed_and_faulted()
    {
        var observer = new Observer();
        Calls.Do = context => context.Message.Number == 1 ? Task.CompletedTask : throw new InvalidOperationException("no");
        await Start<OrderConsumer>(bus: x =>
        {
            x.AddConsumeObserver(_ => observer);
            x.AddReceiveObserver(_ => observer);
        });

        await Reaches(await Add(), JobState.Completed);
        await Reaches(await Add(data: """{"number":2}"""), JobState.Failed);

        observer.Seen.ShouldBe(["receive", "consume", "consumed by OrderConsumer", "consumed", "received", "receive", "consume", "fault of OrderConsumer", "fault", "receive fault"]);
    }

    [Fact]
    public async Task A_definition_configures_its_consumer()
    {
        Calls.Do = _ => Calls.Made.Count < 3 ? throw new InvalidOperationException("again") : Task.CompletedTask;
        await Start<Order>(rider => rider.AddConsumer<OrderConsumer, RetryingDefinition>(), (context, e) => e.ConfigureConsumer<OrderConsumer>(context));

        (await Reaches(await Add(), JobState.Completed)).AttemptsMade.ShouldBe(1);

        Calls.Made.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Several_consumers_share_a_queue_and_each_gets_every_job()
    {
        await Start<Order>(rider => rider.AddConsumers(typeof(OrderConsumer), typeof(SecondConsumer)), (context, e) => e.ConfigureConsumers(context));

        await Reaches(await Add(), JobState.Completed);

        Calls.Made.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_batch_consumer_takes_jobs_together_and_each_completes()
    {
        await Start<Order>(rider => rider.AddConsumer<BatchConsumer>(consumer => consumer.Options<BatchOptions>(batch => batch.SetMessageLimit(5).SetTimeLimit(s: 30))),
            (context, e) => e.ConfigureConsumer<BatchConsumer>(context));

        var jobs = await Queue.AddBulkAsync(Enumerable.Range(1, 5).Select(n => new NewJob("order", Json($$"""{"number":{{n}}}"""))), TestContext.Current.CancellationToken);

        foreach (var job in jobs) await Reaches(job, JobState.Completed);
        BatchConsumer.Taken.Single(batch => batch[0].Queue == Queue.Name).Select(taken => taken.Id).ShouldBe(jobs.Select(job => job.Id));
        Text((await Queue.GetJobAsync(jobs[3].Id, TestContext.Current.CancellationToken))!.ReturnValue).ShouldBe("4");
    }

    [Fact]
    public async Task A_batch_that_fails_is_a_failed_attempt_of_each_of_its_jobs()
    {
        await Start<Order>(rider => rider.AddConsumer<FailingBatchConsumer>(consumer => consumer.Options<BatchOptions>(batch => batch.SetMessageLimit(2).SetTimeLimit(s: 30))),
            (context, e) => e.ConfigureConsumer<FailingBatchConsumer>(context));

        var jobs = await Queue.AddBulkAsync([new NewJob("order", Json("{}")), new NewJob("order", Json("{}"))], TestContext.Current.CancellationToken);

        foreach (var job in jobs) (await Reaches(job, JobState.Failed)).FailedReason.ShouldBe("the whole batch");
    }

    [Fact]
    public async Task A_kill_switch_stops_the_queue_and_starts_it_again()
    {
        var isBroken = true;
        Calls.Do = _ => isBroken ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        await Start<OrderConsumer>(e => e.UseKillSwitch(options => options.SetActivationThreshold(5).SetTripThreshold(0.5).SetRestartTimeout(s: 1)));

        for (var i = 0; i < 6; i++) await Add(new JobOptions { JobId = $"broken-{i}" });
        await Eventually.True(() => Log.GetSnapshot().Any(line => line.Message.Contains("Kill Switch", StringComparison.OrdinalIgnoreCase)));
        isBroken = false;
        var job = await Add();

        await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task An_open_circuit_fails_attempts_without_calling_the_consumer()
    {
        Calls.Do = _ => throw new InvalidOperationException("broken");
        await Start<OrderConsumer>(e => e.UseCircuitBreaker(breaker =>
        {
            breaker.ActiveThreshold = 2;
            breaker.TripThreshold = 10;
            breaker.ResetInterval = TimeSpan.FromMinutes(10);
        }));

        for (var i = 0; i < 8; i++) (await Reaches(await Add(), JobState.Failed)).FailedReason.ShouldBe("broken");

        Calls.Made.Count.ShouldBeLessThan(8);
    }

    [Fact]
    public async Task As_many_jobs_are_consumed_at_the_same_time_as_the_endpoint_says()
    {
        var all = new TaskCompletionSource();
        Calls.Do = _ =>
        {
            if (Calls.Made.Count == 40) all.TrySetResult();
            return all.Task;
        };
        await Start<OrderConsumer>(e => e.Concurrency = 40);

        var jobs = await Queue.AddBulkAsync(Enumerable.Range(1, 40).Select(n => new NewJob("order", Json("{}"))), TestContext.Current.CancellationToken);

        foreach (var job in jobs) await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task What_a_consumer_publishes_goes_through_the_bus_and_belongs_to_the_job()
    {
        Calls.Do = context => context.Publish(new Shipped(context.Message.Number));
        await Start<OrderConsumer>();
        var id = Guid.NewGuid();

        await Reaches(await Add(new JobOptions { JobId = id.ToString() }), JobState.Completed);

        (await Harness.Published.Any<Shipped>(TestContext.Current.CancellationToken)).ShouldBeTrue();
        var shipped = Harness.Published.Select<Shipped>(TestContext.Current.CancellationToken).Single().Context;
        (shipped.Message.Number, shipped.ConversationId).ShouldBe((1, id));
    }

    [Fact]
    public async Task A_job_can_be_forwarded_to_an_endpoint_of_the_bus()
    {
        Calls.Do = context => context.Forward(new Uri("queue:elsewhere"));
        var arrived = new TaskCompletionSource<Order>();
        await Start<OrderConsumer>(bus: x => x.AddHandler<Order>(context =>
        {
            arrived.TrySetResult(context.Message);
            return Task.CompletedTask;
        }).Endpoint(e => e.Name = "elsewhere"));

        await Reaches(await Add(), JobState.Completed);

        (await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ShouldBe(new Order(1, "Ada"));
    }

    private Task Start<TConsumer>(Action<IBullMQQueueEndpointConfigurator, IRiderRegistrationContext> endpoint, Action<IBusRegistrationConfigurator> bus)
        where TConsumer : class, IConsumer =>
        Start<Order>(rider => rider.AddConsumer<TConsumer>(), (context, e) =>
        {
            endpoint(e, context);
            e.ConfigureConsumer<TConsumer>(context);
        }, bus);
}

public sealed record Shipped(int Number);

public sealed class Scoped
{
    public Guid Id { get; } = Guid.NewGuid();

    public Guid SeenByFilter { get; set; }
}

public sealed class ScopedFilter<T>(Scoped scoped) : IFilter<ConsumeContext<T>>
    where T : class
{
    public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
    {
        scoped.SeenByFilter = scoped.Id;
        return next.Send(context);
    }

    public void Probe(ProbeContext context)
    {
    }
}

public sealed class ScopedConsumer(Scoped scoped) : IConsumer<Order>
{
    public static ConcurrentQueue<(string Queue, Guid Filter, Guid Consumer)> Seen { get; } = new();

    public Task Consume(ConsumeContext<Order> context)
    {
        Seen.Enqueue((context.GetBullMQJob().QueueName, scoped.SeenByFilter, scoped.Id));
        return Task.CompletedTask;
    }
}

public sealed class SecondConsumer(Calls calls) : IConsumer<Order>
{
    public Task Consume(ConsumeContext<Order> context)
    {
        calls.Made.Enqueue(context);
        return Task.CompletedTask;
    }
}

public sealed class RetryingDefinition : ConsumerDefinition<OrderConsumer>
{
    protected override void ConfigureConsumer(IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<OrderConsumer> consumerConfigurator, IRegistrationContext context) =>
        consumerConfigurator.UseMessageRetry(retry => retry.Immediate(4));
}

public sealed class BatchConsumer : IConsumer<Batch<Order>>
{
    public static ConcurrentQueue<(string Queue, string Id)[]> Taken { get; } = new();

    public Task Consume(ConsumeContext<Batch<Order>> context)
    {
        foreach (var message in context.Message) message.GetBullMQJob().SetResult(message.Message.Number);
        Taken.Enqueue([.. context.Message.Select(message => message.GetBullMQJob()).OrderBy(job => int.Parse(job.Id, null)).Select(job => (job.QueueName, job.Id))]);
        return Task.CompletedTask;
    }
}

public sealed class FailingBatchConsumer : IConsumer<Batch<Order>>
{
    public Task Consume(ConsumeContext<Batch<Order>> context) => throw new InvalidOperationException("the whole batch");
}

public sealed class Observer : IConsumeObserver, IReceiveObserver
{
    public ConcurrentQueue<string> Seen { get; } = new();

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => See("consume");

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class => See("consumed");

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class => See("fault");

    public Task PreReceive(ReceiveContext context) => See("receive");

    public Task PostReceive(ReceiveContext context) => See("received");

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => See($"consumed by {consumerType.Split('.')[^1]}");

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => See($"fault of {consumerType.Split('.')[^1]}");

    public Task ReceiveFault(ReceiveContext context, Exception exception) => See("receive fault");

    private Task See(string what)
    {
        Seen.Enqueue(what);
        return Task.CompletedTask;
    }
}
