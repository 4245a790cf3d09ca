using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>What falls due while nothing may be taken waits from that time on, and so in front of what is added later.</summary>
public abstract class BlockedQueueTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    // No look that comes by itself finds the job.
    private static readonly WorkerOptions Patient = new() { Concurrency = 5, DrainDelay = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task A_job_falls_due_while_its_queue_is_paused_before_a_worker_comes()
    {
        await Queue.PauseAsync();
        await StartWorker(Patient);
        await FallsDueInFrontOfAnother();

        await Queue.ResumeAsync();

        await AreProcessedInOrder();
    }

    [Fact]
    public async Task A_job_falls_due_while_its_queue_is_paused_under_an_idle_worker()
    {
        await StartWorker(Patient);
        await Eventually.True(async () => (await Queue.GetWorkersAsync()).Count == 1);
        await Queue.PauseAsync();
        await FallsDueInFrontOfAnother();

        await Queue.ResumeAsync();

        await AreProcessedInOrder();
    }

    [Fact]
    public async Task A_job_falls_due_while_a_queue_with_a_job_that_comes_later_is_paused()
    {
        await Queue.PauseAsync();
        await Add(new JobOptions { Delay = TimeSpan.FromHours(1) });
        await StartWorker(Patient);
        await FallsDueInFrontOfAnother();

        await Queue.ResumeAsync();

        await AreProcessedInOrder();
    }

    [Fact]
    public async Task A_job_falls_due_while_as_many_are_active_as_may_be()
    {
        var release = new TaskCompletionSource();
        await Queue.SetGlobalConcurrencyAsync(1);
        await StartWorker(async (job, _) => { if (job.Id == "holder") await release.Task; return Json("null"); }, Patient);
        await Reaches(await Add(new JobOptions { JobId = "holder" }), JobState.Active);
        await FallsDueInFrontOfAnother();

        release.SetResult();

        await AreProcessedInOrder();
    }

    [Fact]
    public async Task A_job_falls_due_while_the_rate_limit_is_reached()
    {
        var first = await Add();
        await FallsDueInFrontOfAnother(() => StartWorker(new WorkerOptions { Concurrency = 5, Limiter = new RateLimiterOptions(1, TimeSpan.FromSeconds(2)) }));
        (await Queue.GetJobStateAsync(first.Id)).ShouldBe(JobState.Completed);

        await AreProcessedInOrder();
    }

    private async Task FallsDueInFrontOfAnother(Func<Task>? before = null)
    {
        var due = await Add(new JobOptions { JobId = "due", Delay = TimeSpan.FromMilliseconds(150) });
        if (before is not null) await before();
        await Reaches(due, JobState.Waiting);
        await Add(new JobOptions { JobId = "later" });
    }

    private async Task AreProcessedInOrder()
    {
        await Reaches("due", JobState.Completed);
        await Reaches("later", JobState.Completed);
        Processed.Select(job => job.Id).Where(id => id is "due" or "later").ShouldBe(["due", "later"]);
    }
}
