using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Stopping;

/// <summary>What a consumer of a queue leaves when it is stopped in the middle of thousands of jobs: the bare worker, or what is built on it.</summary>
public abstract class StopUnderLoadSpecification(RedisCompatibleServer redis)
{
    private const int Jobs = 5000;
    private const int Concurrency = 100;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>How long running jobs may go on after the stop.</summary>
    protected static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(300);

    private readonly Queue _queue = new($"q-{Guid.NewGuid():N}", redis.Connection);

    /// <summary>Starts a consumer that passes each job's id and token on.</summary>
    protected abstract Task<IConsumerUnderTest> StartAsync(string queueName, int concurrency, Func<string, CancellationToken, Task> process);

    [Fact]
    public async Task Every_unfinished_job_waits_again_in_its_order_as_if_it_had_never_been_taken()
    {
        var load = await GivenLoad(new JobOptions { Attempts = 1 });
        await using var consumer = await StartAsync(_queue.Name, Concurrency, load.ProcessAsync);
        await load.IsUnderWay();

        await consumer.StopAsync(Timeout).WaitAsync(Deadline);

        var waiting = await _queue.GetJobsAsync([JobState.Waiting], ascending: true);
        load.Interrupted.ShouldNotBeEmpty();
        load.Interrupted.ShouldBeSubsetOf(waiting.Select(job => job.Id));
        waiting.Select(job => job.Id).ShouldBe(load.Unfinished);
        waiting.ShouldAllBe(job => job.AttemptsMade == 0 && job.StalledCounter == 0);
        await NothingIsActiveOrLocked();
        (await CountOf(JobState.Completed)).ShouldBe(Jobs - waiting.Count);
    }

    [Fact]
    public async Task The_next_consumer_completes_every_job_and_none_is_completed_twice()
    {
        var load = await GivenLoad(new JobOptions { Attempts = 1 });
        await using (var consumer = await StartAsync(_queue.Name, Concurrency, load.ProcessAsync))
        {
            await load.IsUnderWay();
            await consumer.StopAsync(Timeout).WaitAsync(Deadline);
        }

        load.AllAreShort();
        await using var next = await StartAsync(_queue.Name, Concurrency, load.ProcessAsync);

        await Eventually.True(async () => await CountOf(JobState.Completed) == Jobs);
        load.Unfinished.ShouldBeEmpty();
        load.FinishedTwice.ShouldBeEmpty();
        (await _queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsMade == 1 && job.StalledCounter == 0);
        await NothingIsActiveOrLocked();
    }

    [Fact]
    public async Task Prioritized_jobs_keep_their_priority_and_come_before_others_of_it()
    {
        var load = await GivenLoad(new JobOptions { Priority = 7 });
        await using var consumer = await StartAsync(_queue.Name, Concurrency, load.ProcessAsync);
        await load.IsUnderWay();

        await consumer.StopAsync(Timeout).WaitAsync(Deadline);

        var prioritized = await _queue.GetJobsAsync([JobState.Prioritized], ascending: true);
        var handedBack = prioritized.TakeWhile(job => job.AttemptsStarted > 0).ToList();
        load.Interrupted.ShouldNotBeEmpty();
        load.Interrupted.ShouldBeSubsetOf(handedBack.Select(job => job.Id));
        prioritized.Skip(handedBack.Count).ShouldAllBe(job => job.AttemptsStarted == 0);
        prioritized.Select(job => job.Id).ShouldBe(load.Unfinished, ignoreOrder: true);
        prioritized.ShouldAllBe(job => job.Priority == 7 && job.AttemptsMade == 0);
        await NothingIsActiveOrLocked();
    }

    private async Task<Load> GivenLoad(JobOptions options)
    {
        await _queue.AddBulkAsync(Enumerable.Range(0, Jobs).Select(_ => new NewJob("work", "{}"u8.ToArray(), options)).ToList());
        return new Load(Jobs);
    }

    private async Task NothingIsActiveOrLocked()
    {
        (await CountOf(JobState.Active)).ShouldBe(0);
        var locks = new List<string>();
        await foreach (var key in redis.Connection.GetServers().Single().KeysAsync(pattern: $"bull:{_queue.Name}:*:lock")) locks.Add(key!);
        locks.ShouldBeEmpty();
    }

    private async Task<long> CountOf(JobState state) => (await _queue.GetJobCountsAsync())[state];
}
