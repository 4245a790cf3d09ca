using Microsoft.Extensions.Time.Testing;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Waiting for one job's end.</summary>
public class WaitUntilFinishedTests(RedisServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task The_result_comes_when_the_job_completes()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        var job = await Add();
        var waiting = job.WaitUntilFinishedAsync(events);
        await StartWorker((_, _) => Task.FromResult(Json("42")));

        Text(await waiting).ShouldBe("42");
    }

    [Fact]
    public async Task Of_many_jobs_that_end_at_any_moment_none_is_missed()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        await StartWorker((job, _) => Task.FromResult(job.Data), new WorkerOptions { Concurrency = 10 });

        var results = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i => Text(await (await Add(data: $"{i}")).WaitUntilFinishedAsync(events))));

        results.ShouldBe(Enumerable.Range(0, 300).Select(i => $"{i}"));
    }

    [Fact]
    public async Task The_failure_comes_with_its_reason_and_a_retried_attempt_is_no_end()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        await StartWorker((job, _) => throw new InvalidOperationException($"no {job.AttemptsMade}"));
        var job = await Add(new JobOptions { Attempts = 2 });

        var failure = await Should.ThrowAsync<JobFailedException>(() => job.WaitUntilFinishedAsync(events));

        (failure.JobId, failure.Message).ShouldBe((job.Id, "no 1"));
        (await Should.ThrowAsync<JobFailedException>(() => job.WaitUntilFinishedAsync(events))).Message.ShouldBe("no 1");
    }

    [Fact]
    public async Task A_job_that_ended_long_ago_is_there_at_once()
    {
        await StartWorker((_, _) => Task.FromResult(ReadOnlyMemory<byte>.Empty));
        var job = await Add();
        await Reaches(job, JobState.Completed);
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);

        Text(await job.WaitUntilFinishedAsync(events)).ShouldBe("null");
    }

    [Fact]
    public async Task The_result_of_a_job_that_is_removed_when_it_completes_still_comes()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        await StartWorker((job, _) => Task.FromResult(job.Data), new WorkerOptions { Concurrency = 5 });
        var options = new JobOptions { RemoveOnComplete = KeepJobs.None };
        await Queue.PauseAsync();
        var jobs = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Add(options, $"{i}")));
        var waiting = jobs.Select(job => job.WaitUntilFinishedAsync(events)).ToArray();
        await events.StartAsync();

        await Queue.ResumeAsync();

        (await Task.WhenAll(waiting)).Select(Text).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
    }

    [Fact]
    public async Task A_job_that_is_not_there_is_no_endless_wait()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        var job = await Add();
        await Queue.RemoveJobAsync(job.Id);

        (await Should.ThrowAsync<JobFailedException>(() => job.WaitUntilFinishedAsync(events))).Message.ShouldContain("There is no job");
    }

    [Fact]
    public async Task An_earlier_end_of_a_job_that_is_retried_is_not_taken_for_this_one()
    {
        var fails = true;
        await using var events = new QueueEvents(Queue.Name, Redis.Connection, new QueueEventsOptions { LastEventId = "0" });
        await StartWorker((_, _) => fails ? throw new InvalidOperationException("first") : Task.FromResult(Json("2")));
        var job = await Add();
        await Reaches(job, JobState.Failed);
        fails = false;
        await Queue.PauseAsync();
        await Queue.RetryJobAsync(job.Id);

        var waiting = job.WaitUntilFinishedAsync(events);
        await Queue.ResumeAsync();

        Text(await waiting).ShouldBe("2");
    }

    [Fact]
    public async Task When_the_time_is_over_the_wait_ends_and_the_job_goes_on()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        var job = await Add();

        (await Should.ThrowAsync<TimeoutException>(() => job.WaitUntilFinishedAsync(events, TimeSpan.FromMilliseconds(30)))).Message.ShouldContain(job.Id);
        using var cancelled = new CancellationTokenSource(30);
        await Should.ThrowAsync<OperationCanceledException>(() => job.WaitUntilFinishedAsync(events, ct: cancelled.Token));

        await StartWorker();
        await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task An_end_whose_event_was_lost_is_found_all_the_same()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var queue = new Queue(Queue.Name, Redis.Connection, timeProvider: time);
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        var job = await queue.AddAsync("work", Json("1"));
        var waiting = job.WaitUntilFinishedAsync(events);
        await Eventually.True(() => events.LastEventId is not null);
        // Ended as by a program that tells no events.
        var database = Redis.Connection.GetDatabase();
        await database.HashSetAsync(Key(job.Id), "returnvalue", "7");
        await database.SortedSetAddAsync(Key("completed"), job.Id, 1);

        await Eventually.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return waiting.IsCompleted;
        });

        Text(await waiting).ShouldBe("7");
    }

    [Fact]
    public async Task Closing_the_events_ends_the_wait()
    {
        var events = new QueueEvents(Queue.Name, Redis.Connection);
        var waiting = (await Add()).WaitUntilFinishedAsync(events);
        await events.StartAsync();

        await events.CloseAsync();

        await Should.ThrowAsync<ObjectDisposedException>(() => waiting);
    }

    [Fact]
    public async Task The_events_of_another_queue_are_refused()
    {
        await using var events = new QueueEvents("another", Redis.Connection);
        var job = await Add();

        (await Should.ThrowAsync<ArgumentException>(() => job.WaitUntilFinishedAsync(events))).ParamName.ShouldBe("queueEvents");
        await using var own = new QueueEvents(Queue.Name, Redis.Connection);
        (await Should.ThrowAsync<ArgumentException>(() => job.WaitUntilFinishedAsync(own, TimeSpan.Zero))).ParamName.ShouldBe("ttl");
    }
}
