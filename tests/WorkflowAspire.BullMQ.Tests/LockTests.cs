using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class LockTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly WorkerOptions ShortLocks = new()
    {
        LockDuration = TimeSpan.FromMilliseconds(400),
        StalledInterval = TimeSpan.FromMilliseconds(200),
        DrainDelay = TimeSpan.FromMilliseconds(200),
    };

    [Fact]
    public async Task A_processor_sees_its_token_cancelled_when_another_worker_took_the_job()
    {
        var cancelled = new TaskCompletionSource();
        await StartWorker(async (_, ct) =>
        {
            await using var seen = ct.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, ct);
            return Json("\"zombie\"");
        }, ShortLocks);
        var job = await Add();
        await Reaches(job, JobState.Active);

        await Redis.Connection.GetDatabase().StringSetAsync(Key($"{job.Id}:lock"), "another worker's token");

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Log.Collector.GetSnapshot().ShouldContain(record => record.Message.Contains("Lost the lock"));
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Active);
    }

    [Fact]
    public async Task The_job_of_a_vanished_worker_is_processed_by_another()
    {
        var job = await Add();
        await TakeAsAWorkerThatVanishes();

        await StartWorker(ShortLocks);

        var done = await Reaches(job, JobState.Completed);
        done.StalledCounter.ShouldBe(1);
        done.AttemptsStarted.ShouldBe(2);
        done.AttemptsMade.ShouldBe(1);
    }

    [Fact]
    public async Task A_job_that_stalls_too_often_fails_without_being_processed_again()
    {
        var job = await Add(new JobOptions { Attempts = 3 });
        await TakeAsAWorkerThatVanishes();
        var failures = new TaskCompletionSource<JobFailure>();

        await StartWorker((_, _) => Task.FromResult(Json("null")), new WorkerOptions
        {
            LockDuration = ShortLocks.LockDuration,
            StalledInterval = ShortLocks.StalledInterval,
            MaxStalledCount = 0,
            DeadLetter = new DeadLetterOptions { QueueName = DeadLetters.Name, Create = (dead, error) => new DeadLetterJob("dead", Json($"\"{error.Message}\"")) },
            OnFailed = failure =>
            {
                failures.SetResult(failure);
                return Task.CompletedTask;
            },
        });

        var failed = await Reaches(job, JobState.Failed);
        failed.FailedReason.ShouldBe("job stalled more than allowable limit");
        Processed.ShouldBeEmpty();
        (await failures.Task).Error.ShouldBeOfType<UnrecoverableError>();
        Text((await DeadLetters.GetJobAsync(job.Id))!.Data).ShouldBe("\"job stalled more than allowable limit\"");
    }

    [Fact]
    public async Task What_a_worker_without_the_lock_returns_is_refused()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("\"zombie\""); }, new WorkerOptions { LockDuration = TimeSpan.FromHours(1) });
        var job = await Add();
        await Reaches(job, JobState.Active);
        await Redis.Connection.GetDatabase().StringSetAsync(Key($"{job.Id}:lock"), "another worker's token");

        release.SetResult();

        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains("its lock is another worker's")));
        (await Queue.GetJobAsync(job.Id))!.ReturnValue.ShouldBeNull();
    }

    [Theory]
    [InlineData("another's lock", JobRefusal.LockOfAnother)]
    [InlineData("no lock", JobRefusal.LockLost)]
    [InlineData("no job", JobRefusal.Missing)]
    public async Task A_refused_outcome_is_told_to_the_workers_program(string what, JobRefusal refusal)
    {
        var release = new TaskCompletionSource();
        var errors = new ConcurrentQueue<Exception>();
        await StartWorker(async (job, _) =>
        {
            await release.Task;
            return job.Name == "fails" ? throw new InvalidOperationException("zombie") : Json("\"zombie\"");
        }, new WorkerOptions { Concurrency = 2, LockDuration = TimeSpan.FromHours(1), OnError = error => { errors.Enqueue(error); return Task.CompletedTask; } });
        Job[] jobs = [await Add(), await Queue.AddAsync("fails", Json("1"))];
        var database = Redis.Connection.GetDatabase();
        foreach (var job in jobs)
        {
            await Reaches(job, JobState.Active);
            if (what == "another's lock") await database.StringSetAsync(Key($"{job.Id}:lock"), "another worker's token");
            else await database.KeyDeleteAsync(Key(what == "no lock" ? $"{job.Id}:lock" : job.Id));
        }

        release.SetResult();

        await Eventually.Get(() => errors.Count, count => count == 2);
        errors.Cast<JobRefusedException>().Select(error => (error.JobId, error.Refusal)).ShouldBe(jobs.Select(job => (job.Id, refusal)), ignoreOrder: true);
    }

    [Fact]
    public async Task An_outcome_whose_lock_was_lost_while_it_was_processed_is_told_to_the_workers_program()
    {
        var errors = new ConcurrentQueue<Exception>();
        await StartWorker(async (_, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return Json("null");
        }, new WorkerOptions { LockDuration = ShortLocks.LockDuration, SkipStalledCheck = true, OnError = error => { errors.Enqueue(error); return Task.CompletedTask; } });
        var job = await Add();
        await Reaches(job, JobState.Active);

        await Redis.Connection.GetDatabase().StringSetAsync(Key($"{job.Id}:lock"), "another worker's token");

        await Eventually.True(() => errors.OfType<JobRefusedException>().Any(error => error.JobId == job.Id && error.Refusal == JobRefusal.LockLost));
    }

    private async Task TakeAsAWorkerThatVanishes()
    {
        var options = new WorkerOptions { LockDuration = TimeSpan.FromMilliseconds(50) };
        var exchange = Exchange.Alone(new QueueConnection(new QueueKeys("bull", Queue.Name), Redis.Connection.GetDatabase(), TimeProvider.System), options, NullLogger.Instance);
        (await exchange.RunAsync([], 1)).Taken.ShouldHaveSingleItem();
    }
}
