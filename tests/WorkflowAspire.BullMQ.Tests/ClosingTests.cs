using WorkflowAspire.BullMQ.Tests.Stopping;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class ClosingTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task A_worker_that_closes_lets_its_running_job_finish_and_takes_no_other()
    {
        var release = new TaskCompletionSource();
        var worker = await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        var running = await Add();
        await Reaches(running, JobState.Active);
        var waiting = await Add();

        var closing = worker.CloseAsync();
        release.SetResult();
        await closing;

        worker.IsRunning.ShouldBeFalse();
        (await Queue.GetJobStateAsync(running.Id)).ShouldBe(JobState.Completed);
        (await Queue.GetJobStateAsync(waiting.Id)).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_job_that_outlasts_the_timeout_is_handed_back_and_loses_no_attempt()
    {
        var worker = await StartWorker(async (_, ct) => { await Task.Delay(Timeout.Infinite, ct); return Json("null"); });
        var running = await Add(new JobOptions { Attempts = 1 });
        await Reaches(running, JobState.Active);
        var behind = await Add();

        await worker.CloseAsync(TimeSpan.FromMilliseconds(50));

        (await Queue.GetJobsAsync([JobState.Waiting], ascending: true)).Select(job => job.Id).ShouldBe([running.Id, behind.Id]);
        (await Queue.GetJobAsync(running.Id))!.AttemptsMade.ShouldBe(0);
        (await Redis.Connection.GetDatabase().KeyExistsAsync(Key($"{running.Id}:lock"))).ShouldBeFalse();
    }

    [Fact]
    public async Task Jobs_whose_fetch_is_answered_after_the_close_began_go_back_unbegun()
    {
        await Add();
        await Add();
        var held = HeldAnswers.Of(Redis.Connection);
        var worker = new Worker(Queue.Name, (job, _) => { Processed.Enqueue(job); return Task.FromResult(Json("null")); }, held.Connection, new WorkerOptions { Concurrency = 2, SkipStalledCheck = true });
        await worker.StartAsync();
        await held.Taken;

        var closing = worker.CloseAsync();
        held.LetGo();
        await closing;

        var waiting = await Queue.GetWaitingAsync();
        waiting.Select(job => job.Id).ShouldBe(["1", "2"]);
        waiting.ShouldAllBe(job => job.AttemptsMade == 0);
        Processed.ShouldBeEmpty();
        (await Redis.Connection.GetDatabase().KeyExistsAsync([Key("1:lock"), Key("2:lock")])).ShouldBe(0);
    }

    [Fact]
    public async Task A_job_that_ignores_its_cancellation_is_handed_back_and_its_late_result_refused()
    {
        var release = new TaskCompletionSource();
        var worker = await StartWorker(async (_, _) => { await release.Task; return Json("\"late\""); });
        var job = await Add();
        await Reaches(job, JobState.Active);

        await worker.CloseAsync(TimeSpan.FromMilliseconds(50));
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
        release.SetResult();

        await Eventually.True(() => !worker.IsRunning);
        (await Queue.GetJobAsync(job.Id))!.ReturnValue.ShouldBeNull();
    }

    [Fact]
    public async Task An_idle_worker_closes_at_once_and_closing_twice_is_harmless()
    {
        var worker = await StartWorker(new WorkerOptions { DrainDelay = TimeSpan.FromHours(1) });

        await worker.CloseAsync().WaitAsync(TimeSpan.FromSeconds(4));
        await worker.CloseAsync();

        worker.IsRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task A_worker_that_never_started_can_be_closed()
    {
        await new Worker(Queue.Name, (_, _) => Task.FromResult(Json("null")), Redis.Connection).CloseAsync();
    }
}
