using System.Collections.Concurrent;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class WorkerControlTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task A_paused_worker_finishes_what_it_has_and_takes_nothing_before_it_is_resumed()
    {
        var release = new TaskCompletionSource();
        var worker = await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        var running = await Add();
        await Reaches(running, JobState.Active);
        var waiting = await Add();

        var pausing = worker.PauseAsync();
        pausing.IsCompleted.ShouldBeFalse();
        release.SetResult();
        await pausing;

        worker.IsPaused.ShouldBeTrue();
        (await Queue.GetJobStateAsync(running.Id)).ShouldBe(JobState.Completed);
        (await Queue.GetJobStateAsync(waiting.Id)).ShouldBe(JobState.Waiting);
        worker.Resume();
        worker.IsPaused.ShouldBeFalse();
        await Reaches(waiting, JobState.Completed);
    }

    [Fact]
    public async Task A_pause_need_not_wait_for_active_jobs()
    {
        var release = new TaskCompletionSource();
        var worker = await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        var running = await Add();
        await Reaches(running, JobState.Active);

        await worker.PauseAsync(doNotWaitActive: true);

        (await Queue.GetJobStateAsync(running.Id)).ShouldBe(JobState.Active);
        release.SetResult();
        await Reaches(running, JobState.Completed);
    }

    [Fact]
    public async Task A_paused_worker_leaves_the_marker_to_others()
    {
        var paused = await StartWorker(new WorkerOptions { DrainDelay = TimeSpan.FromMinutes(10) });
        await Reaches(await Add(), JobState.Completed);
        await paused.PauseAsync();
        var drained = new TaskCompletionSource();
        var worker = await StartWorker((_, _) => Task.FromResult(Json("\"other\"")), new WorkerOptions
        {
            DrainDelay = TimeSpan.FromMinutes(10),
            OnDrained = () => { drained.TrySetResult(); return Task.CompletedTask; },
        });
        await drained.Task;

        for (var i = 0; i < 5; i++) Text((await Reaches(await Add(), JobState.Completed)).ReturnValue!.Value).ShouldBe("\"other\"");

        worker.IsRunning.ShouldBeTrue();
        await paused.CloseAsync();
    }

    [Fact]
    public async Task A_worker_can_be_closed_while_it_is_paused()
    {
        var worker = await StartWorker();
        await worker.PauseAsync();

        await worker.CloseAsync();

        worker.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_can_be_cancelled_with_a_reason()
    {
        var worker = await StartWorker(async (_, ct) => { await Task.Delay(Timeout.Infinite, ct); return Json("null"); });
        var job = await Add();
        await Reaches(job, JobState.Active);
        worker.CancelJob("nobody").ShouldBeFalse();

        await Eventually.True(() => worker.CancelJob(job.Id, "no longer wanted"));

        (await Reaches(job, JobState.Failed)).FailedReason.ShouldBe("no longer wanted");
    }

    [Fact]
    public async Task A_processor_learns_why_its_job_was_cancelled()
    {
        var begun = new TaskCompletionSource();
        var worker = await StartWorker(async (job, ct) =>
        {
            var before = job.CancellationReason;
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, ct).ContinueWith(_ => { }, TaskScheduler.Default);
            return Json($"\"{before}, then {job.CancellationReason}\"");
        });
        var job = await Add();
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

        worker.CancelJob(job.Id, "the user left");

        Text((await Reaches(job, JobState.Completed)).ReturnValue!.Value).ShouldBe("\", then the user left\"");
    }

    [Fact]
    public async Task A_worker_that_is_closed_by_force_leaves_its_jobs_active()
    {
        var cancelled = new TaskCompletionSource();
        var worker = await StartWorker(async (_, ct) =>
        {
            await using var seen = ct.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, ct);
            return Json("null");
        }, new WorkerOptions { LockDuration = TimeSpan.FromMilliseconds(300), StalledInterval = TimeSpan.FromMilliseconds(100) });
        var job = await Add();
        await Reaches(job, JobState.Active);
        await Eventually.True(() => Processed.Count == 1);

        await worker.ForceCloseAsync();

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Active);
        (await Queue.GetJobAsync(job.Id))!.AttemptsMade.ShouldBe(0);
        await StartWorker(new WorkerOptions { StalledInterval = TimeSpan.FromMilliseconds(100) });
        (await Reaches(job, JobState.Completed)).StalledCounter.ShouldBe(1);
    }

    [Fact]
    public async Task Jobs_that_a_forced_close_leaves_begun_or_not_are_taken_by_another_worker()
    {
        const int Jobs = 8;
        using var release = new ManualResetEventSlim();
        for (var i = 0; i < Jobs; i++) await Add(data: $"{i}");
        // Whichever begins keeps its thread, so that the ones behind it begin one by one, and late.
        var first = await StartWorker((_, _) =>
        {
            release.Wait(CancellationToken.None);
            return Task.FromResult(Json("null"));
        }, new WorkerOptions { Concurrency = Jobs, LockDuration = TimeSpan.FromMilliseconds(300), SkipStalledCheck = true });
        await Eventually.True(() => !Processed.IsEmpty);

        await first.ForceCloseAsync();

        release.Set();
        (await Queue.GetJobCountsAsync())[JobState.Active].ShouldBe(Jobs);
        await StartWorker(new WorkerOptions { StalledInterval = TimeSpan.FromMilliseconds(100) });
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == Jobs);
        (await Queue.GetCompletedAsync()).ShouldAllBe(job => job.StalledCounter == 1 && job.AttemptsMade == 1);
    }

    [Fact]
    public async Task Progress_and_renewed_locks_are_told()
    {
        var (progress, renewed) = (new ConcurrentQueue<(string, JobProgress)>(), new ConcurrentQueue<string>());
        var release = new TaskCompletionSource();
        await StartWorker(async (job, ct) =>
        {
            await job.UpdateProgressAsync(50, ct);
            await release.Task;
            return Json("null");
        }, new WorkerOptions
        {
            LockDuration = TimeSpan.FromMilliseconds(400),
            OnProgress = (job, told) => { progress.Enqueue((job.Id, told)); return Task.CompletedTask; },
            OnLocksRenewed = ids => { foreach (var id in ids) renewed.Enqueue(id); return Task.CompletedTask; },
        });

        var job = await Add();

        await Eventually.True(() => !renewed.IsEmpty);
        release.SetResult();
        await Reaches(job, JobState.Completed);
        progress.ShouldBe([(job.Id, 50)]);
        renewed.ShouldAllBe(id => id == job.Id);
    }

    [Fact]
    public async Task A_job_that_may_not_be_started_again_is_not_retried()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("no"), new WorkerOptions { MaxStartedAttempts = 2 });

        var job = await Reaches(await Add(new JobOptions { Attempts = 5 }), JobState.Failed);

        (job.FailedReason, job.AttemptsMade).ShouldBe(("no", 2));
    }

    [Fact]
    public async Task A_cancelled_job_that_completes_all_the_same_is_completed()
    {
        var worker = await StartWorker(async (_, ct) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, ct);
            }
            catch (OperationCanceledException)
            {
            }

            return Json("\"partly\"");
        }, new WorkerOptions { Concurrency = 2 });
        var (one, two) = (await Add(), await Add());
        await Reaches(one, JobState.Active);
        await Reaches(two, JobState.Active);
        await Eventually.True(() => Processed.Count == 2);

        worker.CancelAllJobs();

        await Reaches(one, JobState.Completed);
        await Reaches(two, JobState.Completed);
    }

    [Fact]
    public async Task A_job_that_was_started_too_often_fails_for_good()
    {
        await StartWorker(async (job, ct) =>
        {
            await job.MoveToWaitAsync(ct: ct);
            throw new WaitingError();
        }, new WorkerOptions { MaxStartedAttempts = 2 });

        var job = await Reaches(await Add(new JobOptions { Attempts = 5 }), JobState.Failed);

        job.FailedReason.ShouldBe("job started more than allowable limit");
        job.AttemptsStarted.ShouldBe(3);
        job.AttemptsMade.ShouldBe(1);
        Processed.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_processor_can_put_its_job_off_without_losing_an_attempt()
    {
        await StartWorker(async (job, ct) =>
        {
            if (job.AttemptsStarted > 1) return Json("1");
            await job.MoveToDelayedAsync(DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(50), ct: ct);
            throw new DelayedError();
        });

        var job = await Reaches(await Add(new JobOptions { Attempts = 1 }), JobState.Completed);

        job.AttemptsMade.ShouldBe(1);
        job.AttemptsStarted.ShouldBe(2);
        Log.Collector.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Its_concurrency_can_be_changed_while_a_worker_runs()
    {
        var release = new TaskCompletionSource();
        var worker = await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        var jobs = new[] { await Add(), await Add(), await Add() };
        await Reaches(jobs[0], JobState.Active);

        worker.Concurrency = 3;

        await Reaches(jobs[2], JobState.Active);
        worker.Concurrency.ShouldBe(3);
        release.SetResult();
    }

    [Fact]
    public async Task A_worker_tells_what_happens()
    {
        var told = new ConcurrentQueue<string>();
        Task Tell(string what)
        {
            told.Enqueue(what);
            return Task.CompletedTask;
        }

        var worker = await StartWorker((job, _) => job.Name == "bad" ? throw new InvalidOperationException("no") : Task.FromResult(Json("7")), new WorkerOptions
        {
            OnActive = job => Tell($"active {job.Name}"),
            OnCompleted = done => Tell($"completed {Text(done.ReturnValue)} {done.Job.AttemptsMade}"),
            OnFailed = failure => Tell($"failed {failure.Error.Message}"),
            OnDrained = () => Tell("drained"),
            OnReady = () => Tell("ready"),
            OnPaused = () => Tell("paused"),
            OnResumed = () => Tell("resumed"),
            OnClosing = () => Tell("closing"),
            OnClosed = () => Tell("closed"),
        });
        await Eventually.True(() => told.Contains("drained"));
        await Add();
        await Eventually.True(() => told.Contains("completed 7 1") && told.Count(what => what == "drained") == 2);
        await Queue.AddAsync("bad", Json("1"));
        await Eventually.True(() => told.Contains("failed no") && told.Count(what => what == "drained") == 3);
        await worker.PauseAsync();
        worker.Resume();
        await worker.CloseAsync();

        told.Where(what => what is not "drained").ShouldBe(["ready", "active work", "completed 7 1", "active bad", "failed no", "paused", "resumed", "closing", "closed"]);
    }

    [Fact]
    public async Task What_a_listener_throws_changes_nothing()
    {
        await StartWorker(new WorkerOptions
        {
            OnActive = _ => throw new FormatException("active"),
            OnCompleted = _ => throw new FormatException("completed"),
        });

        await Reaches(await Add(), JobState.Completed);
        await Reaches(await Add(), JobState.Completed);

        await Eventually.True(() => Log.Collector.GetSnapshot().Count(record => record.Exception is FormatException) == 4);
    }

    [Fact]
    public async Task A_listener_may_close_the_worker()
    {
        Worker? worker = null;
        var closed = new TaskCompletionSource();
        worker = await StartWorker(new WorkerOptions
        {
            OnDrained = async () =>
            {
                await Eventually.True(() => worker is not null);
                await worker!.CloseAsync();
                closed.SetResult();
            },
        });

        await closed.Task;

        worker.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task Lost_locks_and_stalled_jobs_are_told()
    {
        var (lost, stalled) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        var release = new TaskCompletionSource();
        await StartWorker(async (job, _) =>
        {
            if (job.AttemptsStarted == 1) await release.Task;
            return Json("null");
        }, new WorkerOptions
        {
            Concurrency = 2,
            LockDuration = TimeSpan.FromSeconds(1),
            LockRenewTime = TimeSpan.FromMilliseconds(100),
            StalledInterval = TimeSpan.FromMilliseconds(100),
            OnLockRenewalFailed = ids => { foreach (var id in ids) lost.Enqueue(id); return Task.CompletedTask; },
            OnStalled = id => { stalled.Enqueue(id); return Task.CompletedTask; },
        });
        var job = await Add();
        await Reaches(job, JobState.Active);

        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key($"{job.Id}:lock"));

        await Eventually.True(() => lost.Contains(job.Id) && stalled.Contains(job.Id));
        release.SetResult();
        await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task A_worker_that_renews_no_lock_loses_a_job_that_takes_longer()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (job, _) =>
        {
            if (job.AttemptsStarted == 1) await release.Task;
            return Json($"{job.AttemptsStarted}");
        }, new WorkerOptions { Concurrency = 2, SkipLockRenewal = true, LockDuration = TimeSpan.FromMilliseconds(200), StalledInterval = TimeSpan.FromMilliseconds(100) });

        var job = await Reaches(await Add(), JobState.Completed);
        release.SetResult();

        Text(job.ReturnValue!.Value).ShouldBe("2");
        job.StalledCounter.ShouldBe(1);
        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains("finished but could not be completed")));
    }

    [Fact]
    public async Task A_worker_that_skips_the_check_finds_no_stalled_job()
    {
        await StartWorker(new WorkerOptions { SkipStalledCheck = true, StalledInterval = TimeSpan.FromMilliseconds(10) });
        await Reaches(await Add(), JobState.Completed);

        (await Redis.Connection.GetDatabase().KeyExistsAsync(Key("stalled-check"))).ShouldBeFalse();
    }
}
