using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class ManagingJobsTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly JobOptions Later = new() { Delay = TimeSpan.FromHours(1) };

    [Fact]
    public async Task A_changed_job_says_what_Redis_says()
    {
        var job = await Add(Later);

        await job.UpdateDataAsync(Json("""{"n":2}"""));
        await job.UpdateProgressAsync(0.25);
        await job.ChangeDelayAsync(TimeSpan.FromHours(2));
        await job.ChangePriorityAsync(7);
        Says(job).ShouldBe(("""{"n":2}""", "0.25", TimeSpan.FromHours(2), 7));
        Says((await Queue.GetJobAsync(job.Id))!).ShouldBe(Says(job));

        await job.PromoteAsync();
        Says(job).ShouldBe(("""{"n":2}""", "0.25", TimeSpan.Zero, 7));
        Says((await Queue.GetJobAsync(job.Id))!).ShouldBe(Says(job));
    }

    [Fact]
    public async Task A_change_of_a_job_that_is_gone_is_refused_by_name()
    {
        var job = await Add(Later);
        await job.RemoveAsync();
        var changes = new Func<Task>[]
        {
            () => job.UpdateDataAsync(Json("2")), () => job.UpdateProgressAsync(1), () => job.LogAsync("row"), () => job.ChangeDelayAsync(TimeSpan.Zero),
            () => job.ChangePriorityAsync(1), () => Queue.UpdateJobDataAsync(job.Id, Json("2")), () => Queue.UpdateJobProgressAsync(job.Id, true), () => Queue.AddJobLogAsync(job.Id, "row"),
        };

        foreach (var change in changes)
        {
            var refused = await Should.ThrowAsync<JobRefusedException>(change);
            (refused.JobId, refused.Refusal).ShouldBe((job.Id, JobRefusal.Missing));
            refused.Message.ShouldContain($"'{job.Id}'");
        }

        (await job.RetryAsync()).ShouldBe(RetryResult.Missing);
        (await job.RemoveAsync()).ShouldBeFalse();
        Says(job).ShouldBe(("""{"n":1}""", "0", TimeSpan.FromHours(1), 0));
        (await Redis.Connection.GetDatabase().KeyExistsAsync(Key(job.Id))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_change_that_the_job_s_state_forbids_is_refused_by_that_state()
    {
        var job = await Add();

        foreach (var change in new Func<Task>[] { () => job.PromoteAsync(), () => job.ChangeDelayAsync(TimeSpan.FromHours(1)) })
        {
            var refused = await Should.ThrowAsync<JobRefusedException>(change);
            refused.Refusal.ShouldBe(JobRefusal.NotInState);
            refused.Message.ShouldContain("delayed");
        }

        (await job.RetryAsync(JobState.Completed)).ShouldBe(RetryResult.NotInState);
        (await job.GetStateAsync()).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_retried_job_forgets_how_it_ended()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("broken"));
        var job = await Reaches(await Add(), JobState.Failed);
        await Queue.PauseAsync();

        (await job.RetryAsync(resetAttemptsMade: true, resetAttemptsStarted: true)).ShouldBe(RetryResult.Retried);

        foreach (var said in new[] { job, (await Queue.GetJobAsync(job.Id))! })
            (said.FailedReason, said.FinishedOn, said.ProcessedOn, said.AttemptsMade, said.AttemptsStarted).ShouldBe((null, null, null, 0, 0));
    }

    [Fact]
    public async Task Jobs_are_processed_in_the_order_of_their_new_priorities()
    {
        var first = await Add(new JobOptions { Priority = 1 });
        var second = await Add(new JobOptions { Priority = 2 });
        var third = await Add(new JobOptions { Priority = 3 });
        await first.ChangePriorityAsync(9);
        await third.ChangePriorityAsync(2, lifo: true);

        await StartWorker(new WorkerOptions { Concurrency = 1 });

        await Reaches(first, JobState.Completed);
        Processed.Select(job => job.Id).ShouldBe([third.Id, second.Id, first.Id]);
    }

    [Fact]
    public async Task A_waiting_worker_takes_a_job_at_its_new_time()
    {
        await StartWorker();
        var job = await Add(Later);

        await job.ChangeDelayAsync(TimeSpan.FromMilliseconds(50));

        await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task A_processor_reports_its_progress_and_logs()
    {
        await StartWorker(async (job, ct) =>
        {
            await job.UpdateProgressAsync("half of it", ct);
            await job.LogAsync("one", ct);
            await job.LogAsync("two", ct);
            return Json("null");
        });

        var done = await Reaches(await Add(), JobState.Completed);

        done.Progress.ToString().ShouldBe("\"half of it\"");
        (await done.GetLogsAsync()).Rows.ShouldBe(["one", "two"]);
        (await done.GetLogsAsync(ascending: false)).Rows.ShouldBe(["two", "one"]);
    }

    [Fact]
    public async Task A_job_keeps_as_many_rows_of_its_log_as_it_was_told()
    {
        var job = await Add(new JobOptions { KeepLogs = 2 });

        foreach (var row in new[] { "1", "2", "3" }) await job.LogAsync(row);
        (await job.LogAsync("4")).ShouldBe(2);

        (await job.GetLogsAsync()).Rows.ShouldBe(["3", "4"]);
        await job.ClearLogsAsync(1);
        (await Queue.GetJobLogsAsync(job.Id)).Rows.ShouldBe(["4"]);
        await job.ClearLogsAsync();
        (await job.GetLogsAsync()).Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_job_that_a_worker_has_is_not_removed()
    {
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        var job = await Add();
        await Reaches(job, JobState.Active);

        (await job.IsActiveAsync()).ShouldBeTrue();
        (await job.RemoveAsync()).ShouldBeFalse();

        release.SetResult();
        await Reaches(job, JobState.Completed);
        (await job.RemoveAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Progress_is_any_JSON()
    {
        var job = await Add();
        foreach (var (progress, json) in new (JobProgress, string)[]
        {
            (50, "50"), (0.5, "0.5"), ("a \"b\" ✓", """
                "a \"b\" ✓"
                """), (true, "true"), (JobProgress.FromJson(Json("[1]")), "[1]"), (default, "0"),
        })
        {
            await Queue.UpdateJobProgressAsync(job.Id, progress);
            (await Queue.GetJobAsync(job.Id))!.Progress.ToString().ShouldBe(json);
        }

        Should.Throw<ArgumentOutOfRangeException>(() => JobProgress.FromDouble(double.NaN));
    }

    [Fact]
    public async Task Arguments_outside_their_range_are_refused()
    {
        var job = await Add();

        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => job.ChangeDelayAsync(TimeSpan.FromSeconds(-1)))).ParamName.ShouldBe("delay");
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => job.ChangePriorityAsync(JobOptions.LowestPriority + 1))).ParamName.ShouldBe("priority");
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => job.RetryAsync(JobState.Waiting))).ParamName.ShouldBe("state");
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => job.ClearLogsAsync(-1))).ParamName.ShouldBe("keepLogs");
        await Should.ThrowAsync<ArgumentNullException>(() => job.LogAsync(null!));
    }

    private static (string Data, string Progress, TimeSpan Delay, int Priority) Says(Job job) => (Text(job.Data), job.Progress.ToString(), job.Delay, job.Priority);
}
