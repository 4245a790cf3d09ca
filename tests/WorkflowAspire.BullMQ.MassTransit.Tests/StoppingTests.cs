using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>The end of a job's processing that is not its consumer's, and of the bus.</summary>
public abstract class StoppingTests(RedisCompatibleServer redis) : RiderSpecification(redis)
{
    private readonly TaskCompletionSource _begun = new();
    private readonly TaskCompletionSource _cancelled = new();

    [Fact]
    public async Task A_lost_lock_cancels_the_consumer_and_nothing_is_recorded()
    {
        Calls.Do = UntilCancelled;
        await Start<OrderConsumer>(e =>
        {
            e.LockDuration = TimeSpan.FromMilliseconds(800);
            e.StalledInterval = TimeSpan.FromHours(1);
        });
        var job = await Add(new JobOptions { Attempts = 3 });
        await _begun.Task;

        await Redis.Connection.GetDatabase().StringSetAsync($"bull:{Queue.Name}:{job.Id}:lock", "another's");

        await _cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await Harness.Stop(TestContext.Current.CancellationToken);
        (await Queue.GetJobAsync(job.Id, TestContext.Current.CancellationToken))!.AttemptsMade.ShouldBe(0);
    }

    [Fact]
    public async Task A_stopping_bus_takes_no_more_jobs_and_lets_the_running_ones_finish()
    {
        var release = new TaskCompletionSource();
        Calls.Do = _ =>
        {
            _begun.TrySetResult();
            return release.Task;
        };
        await Start<OrderConsumer>();
        var running = await Add();
        await _begun.Task;

        var stop = Harness.Stop(TestContext.Current.CancellationToken);
        var late = await Add();
        stop.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await stop;

        (await Queue.GetJobStateAsync(running.Id, TestContext.Current.CancellationToken)).ShouldBe(JobState.Completed);
        (await Queue.GetJobStateAsync(late.Id, TestContext.Current.CancellationToken)).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task What_runs_after_the_stop_timeout_is_cancelled_and_handed_back_without_losing_an_attempt()
    {
        Calls.Do = UntilCancelled;
        await Start<OrderConsumer>(e => e.StopTimeout = TimeSpan.FromMilliseconds(100));
        var job = await Add();
        await _begun.Task;

        await Harness.Stop(TestContext.Current.CancellationToken);

        _cancelled.Task.IsCompleted.ShouldBeTrue();
        (await Queue.GetJobStateAsync(job.Id, TestContext.Current.CancellationToken)).ShouldBe(JobState.Waiting);
        (await Queue.GetJobAsync(job.Id, TestContext.Current.CancellationToken))!.AttemptsMade.ShouldBe(0);
    }

    [Fact]
    public async Task A_bus_that_stops_under_load_loses_no_job_and_no_attempt()
    {
        Calls.Do = async context =>
        {
            _begun.TrySetResult();
            await Task.Delay(context.Message.Number % 40, context.CancellationToken);
        };
        await Start<OrderConsumer>(e => e.Concurrency = 50);
        await Queue.AddBulkAsync(Enumerable.Range(1, 2000).Select(n => new NewJob("order", Json($$"""{"number":{{n}}}"""))), TestContext.Current.CancellationToken);
        await _begun.Task;

        await Harness.Stop(TestContext.Current.CancellationToken);

        var counts = await Queue.GetJobCountsAsync(ct: TestContext.Current.CancellationToken);
        (counts[JobState.Active], counts[JobState.Failed]).ShouldBe((0, 0));
        (counts[JobState.Waiting] + counts[JobState.Completed]).ShouldBe(2000);
        counts[JobState.Waiting].ShouldBeGreaterThan(0);
        counts[JobState.Completed].ShouldBe(Calls.Made.Count);
    }

    [Fact]
    public async Task The_rider_closes_the_connections_that_it_opened()
    {
        var name = $"rider-{Guid.NewGuid():N}";
        Build(x => x.AddRider(rider =>
        {
            rider.AddConsumer<OrderConsumer>();
            rider.UsingBullMQ((context, bullmq) =>
            {
                bullmq.Host($"{Redis.ConnectionString},name={name}");
                bullmq.QueueEndpoint<Order>(Queue.Name, e => e.ConfigureConsumer<OrderConsumer>(context));
            });
        }));
        await Harness.Start();
        await Reaches(await Add(), JobState.Completed);
        (await Clients()).ShouldContain(client => client.Name == name);

        await Harness.Stop(TestContext.Current.CancellationToken);

        await Eventually.True(async () => !(await Clients()).Any(client => client.Name == name || client.Name!.Contains(Base64(Queue.Name))));
        Redis.Connection.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task A_bus_that_was_stopped_can_be_started_again()
    {
        await Start<OrderConsumer>();
        var bus = Services.GetRequiredService<IBusControl>();
        await bus.StopAsync(TestContext.Current.CancellationToken);

        await bus.StartAsync(TestContext.Current.CancellationToken);

        await Reaches(await Add(), JobState.Completed);
    }

    private Task<ClientInfo[]> Clients() => Redis.Connection.GetServers().Single().ClientListAsync();

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private async Task UntilCancelled(ConsumeContext<Order> context)
    {
        _begun.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        }
        finally
        {
            _cancelled.TrySetResult();
        }
    }
}
