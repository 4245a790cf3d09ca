using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class ManualProcessingTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task A_program_takes_a_job_and_completes_it_itself()
    {
        await using var worker = Manual();
        var added = await Add();

        var job = (await worker.GetNextJobAsync("mine"))!;

        job.Id.ShouldBe(added.Id);
        job.Token.ShouldBe("mine");
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Active);
        (await job.MoveToCompletedAsync(Json("42"), "mine", fetchNext: false)).ShouldBeNull();
        var done = await Reaches(job, JobState.Completed);
        Text(done.ReturnValue!.Value).ShouldBe("42");
        done.AttemptsMade.ShouldBe(1);
    }

    [Fact]
    public async Task Completing_a_job_brings_the_next_one()
    {
        await using var worker = Manual();
        await Add();
        var second = await Add();
        var job = (await worker.GetNextJobAsync("t"))!;

        var next = (await job.MoveToCompletedAsync(default, "t"))!;

        next.Id.ShouldBe(second.Id);
        next.Token.ShouldBe("t");
        (await next.MoveToCompletedAsync(default, "t")).ShouldBeNull();
    }

    [Fact]
    public async Task A_failed_attempt_is_retried_as_the_jobs_options_say()
    {
        await using var worker = Manual();
        await Add(new JobOptions { Attempts = 2 });

        var job = (await worker.GetNextJobAsync("t"))!;
        (await job.MoveToFailedAsync(new InvalidOperationException("no 0"), "t", fetchNext: true)).ShouldBeNull();
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
        job = (await worker.GetNextJobAsync("t"))!;
        job.AttemptsMade.ShouldBe(1);
        await job.MoveToFailedAsync(new InvalidOperationException("no 1"), "t");

        (await Reaches(job, JobState.Failed)).FailedReason.ShouldBe("no 1");
    }

    [Fact]
    public async Task Only_the_token_of_its_lock_moves_a_job_and_a_refusal_takes_no_other()
    {
        await using var worker = Manual();
        await Add();
        var second = await Add();
        var job = (await worker.GetNextJobAsync("mine"))!;

        (await Should.ThrowAsync<JobRefusedException>(() => job.MoveToCompletedAsync(default, "yours"))).Refusal.ShouldBe(JobRefusal.LockOfAnother);
        await Should.ThrowAsync<InvalidOperationException>(() => job.MoveToFailedAsync(new FormatException(), "yours", fetchNext: true));
        await Should.ThrowAsync<InvalidOperationException>(() => job.MoveToDelayedAsync(DateTimeOffset.UtcNow, "yours"));
        await Should.ThrowAsync<InvalidOperationException>(() => job.MoveToWaitAsync("yours"));
        (await job.ExtendLockAsync("yours", TimeSpan.FromMinutes(1))).ShouldBeFalse();

        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Active);
        (await Queue.GetJobStateAsync(second.Id)).ShouldBe(JobState.Waiting);
        (await job.ExtendLockAsync("mine", TimeSpan.FromHours(1))).ShouldBeTrue();
        (await Redis.Connection.GetDatabase().KeyTimeToLiveAsync(Key($"{job.Id}:lock")))!.Value.ShouldBeGreaterThan(TimeSpan.FromMinutes(59));
    }

    [Fact]
    public async Task A_job_that_was_only_read_has_no_token()
    {
        var job = await Add();

        job.Token.ShouldBeNull();
        (await Should.ThrowAsync<InvalidOperationException>(() => job.MoveToWaitAsync())).Message.ShouldContain("token");
    }

    [Fact]
    public async Task Without_a_job_a_blocking_call_waits_for_one()
    {
        await using var worker = Manual(new WorkerOptions { DrainDelay = TimeSpan.FromMinutes(1) });
        (await worker.GetNextJobAsync("t", block: false)).ShouldBeNull();

        var next = worker.GetNextJobAsync("t");
        await Eventually.True(async () => (await Queue.GetWorkersAsync()).Count == 1);
        var added = await Add();

        (await next)!.Id.ShouldBe(added.Id);
    }

    [Fact]
    public async Task A_blocking_call_returns_nothing_when_the_drain_delay_is_over()
    {
        await using var worker = Manual(new WorkerOptions { DrainDelay = TimeSpan.FromMilliseconds(50) });

        (await worker.GetNextJobAsync("t")).ShouldBeNull();
    }

    [Fact]
    public async Task A_blocking_call_returns_nothing_when_the_worker_closes()
    {
        var worker = Manual(new WorkerOptions { DrainDelay = TimeSpan.FromMinutes(1) });
        var next = worker.GetNextJobAsync("t");
        await Eventually.True(async () => (await Queue.GetWorkersAsync()).Count == 1);

        await worker.CloseAsync();

        (await next).ShouldBeNull();
        (await worker.GetNextJobAsync("t")).ShouldBeNull();
    }

    [Fact]
    public async Task A_rate_limited_job_goes_back_to_wait_and_none_is_taken()
    {
        await using var worker = Manual(new WorkerOptions { Limiter = new RateLimiterOptions(5, TimeSpan.FromHours(1)) });
        await Add();
        var job = (await worker.GetNextJobAsync("t"))!;

        await worker.RateLimitAsync(TimeSpan.FromHours(1));
        (await job.MoveToWaitAsync()).ShouldBeGreaterThan(TimeSpan.FromMinutes(59));

        (await worker.GetNextJobAsync("t", block: false)).ShouldBeNull();
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_job_that_is_not_handed_in_is_found_stalled_once_the_check_is_started()
    {
        await using var worker = Manual(new WorkerOptions { LockDuration = TimeSpan.FromMilliseconds(20), StalledInterval = TimeSpan.FromMilliseconds(50) });
        await Add();
        var job = (await worker.GetNextJobAsync("t"))!;

        worker.StartStalledCheckTimer();

        await Reaches(job, JobState.Waiting);
        (await worker.GetNextJobAsync("t2"))!.StalledCounter.ShouldBe(1);
    }

    [Fact]
    public async Task A_schedulers_series_goes_on_when_its_jobs_are_taken_by_hand()
    {
        await using var worker = Manual();
        await Add();
        await Queue.UpsertJobSchedulerAsync("hourly", new RepeatOptions { Every = TimeSpan.FromHours(1) });
        var first = (await worker.GetNextJobAsync("t"))!;

        // The one that completing brings is taken by hand, too.
        var scheduled = (await first.MoveToCompletedAsync(default, "t"))!;
        (scheduled.RepeatJobKey, (await Queue.GetDelayedAsync()).Count).ShouldBe(("hourly", 1));
        await (await Queue.GetDelayedAsync()).Single().PromoteAsync();
        var next = (await scheduled.MoveToFailedAsync(new FormatException("no"), "t", fetchNext: true))!;
        (next.RepeatJobKey, (await Queue.GetDelayedAsync()).Count).ShouldBe(("hourly", 1));
        await (await Queue.GetDelayedAsync()).Single().PromoteAsync();
        await next.MoveToCompletedAsync(default, "t", fetchNext: false);

        (await worker.GetNextJobAsync("t"))!.RepeatJobKey.ShouldBe("hourly");
        (await Queue.GetJobSchedulerAsync("hourly"))!.IterationCount.ShouldBe(4);
    }

    [Fact]
    public async Task A_job_that_has_to_fail_says_why_to_the_program_that_takes_it()
    {
        await using var worker = Manual(new WorkerOptions { LockDuration = TimeSpan.FromMilliseconds(20), StalledInterval = TimeSpan.FromMilliseconds(20), MaxStalledCount = 0 });
        var stalled = await Add();
        (await worker.GetNextJobAsync("t"))!.DeferredFailure.ShouldBeNull();
        worker.StartStalledCheckTimer();
        await Reaches(stalled, JobState.Waiting);

        var again = (await worker.GetNextJobAsync("t2"))!;

        again.DeferredFailure.ShouldBe("job stalled more than allowable limit");
        await again.MoveToFailedAsync(new UnrecoverableError(again.DeferredFailure!), "t2");
        var failed = await Reaches(stalled, JobState.Failed);
        (failed.FailedReason, failed.DeferredFailure).ShouldBe(("job stalled more than allowable limit", null));
    }

    [Fact]
    public async Task A_parent_whose_child_failed_says_so_to_the_program_that_takes_it()
    {
        var flow = await new FlowProducer(Redis.Connection).AddAsync(new FlowJob("parent", Queue.Name)
        {
            Children = [new FlowJob("child", Queue.Name) { Options = new JobOptions { FailParentOnFailure = true } }],
        });
        await using var worker = Manual();
        var child = (await worker.GetNextJobAsync("t"))!;

        var parent = (await child.MoveToFailedAsync(new UnrecoverableError("no"), "t", fetchNext: true))!;

        (parent.Id, parent.DeferredFailure).ShouldBe((flow.Job.Id, $"child bull:{Queue.Name}:{child.Id} failed"));
    }

    [Fact]
    public async Task After_its_end_by_hand_a_job_is_as_Redis_has_it()
    {
        await using var worker = Manual();
        await Add();
        await Add(new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromHours(1)) });
        await Add();

        var completed = (await worker.GetNextJobAsync("t"))!;
        var retried = (await completed.MoveToCompletedAsync(Json("42"), "t"))!;
        var failed = (await retried.MoveToFailedAsync(new InvalidOperationException("later"), "t", fetchNext: true))!;
        await failed.MoveToFailedAsync(new InvalidOperationException("never"), "t");

        foreach (var job in new[] { completed, retried, failed }) await IsAsRedisHasIt(job);
        Text(completed.ReturnValue!.Value).ShouldBe("42");
        (retried.Delay, retried.FailedReason, retried.FinishedOn).ShouldBe((TimeSpan.FromHours(1), "later", null));
        (failed.FailedReason, failed.Stacktrace.Count).ShouldBe(("never", 1));
    }

    [Fact]
    public async Task After_it_was_put_off_by_hand_a_job_has_its_delay()
    {
        await using var worker = Manual();
        await Add();
        var job = (await worker.GetNextJobAsync("t"))!;

        await job.MoveToDelayedAsync(DateTimeOffset.UtcNow.AddHours(1));

        job.Delay.ShouldBe((await Queue.GetJobAsync(job.Id))!.Delay);
    }

    [Fact]
    public async Task A_worker_without_a_processor_cannot_be_started()
    {
        await using var worker = Manual();

        await Should.ThrowAsync<InvalidOperationException>(() => worker.StartAsync());
    }

    private Worker Manual(WorkerOptions? options = null) => new(Queue.Name, null, Redis.Connection, options, Log);
}
