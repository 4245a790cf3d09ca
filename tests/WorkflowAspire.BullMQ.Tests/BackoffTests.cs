using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class BackoffTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly JobOptions Own = new() { Attempts = 3, Backoff = new BackoffOptions("own", TimeSpan.Zero) };

    [Fact]
    public async Task A_type_of_its_own_asks_the_workers_strategy()
    {
        var asked = new List<string>();
        var waits = new List<TimeSpan>();
        await StartWorker((_, _) => throw new InvalidOperationException("no"), new WorkerOptions
        {
            BackoffStrategy = (made, type, error, job) =>
            {
                asked.Add($"{made} {type} {error.Message} {job.Name}");
                return ValueTask.FromResult(TimeSpan.FromMilliseconds(10 * made));
            },
            OnFailed = failure =>
            {
                waits.Add(failure.RetryDelay);
                return Task.CompletedTask;
            },
        });

        await Reaches(await Add(Own), JobState.Failed);

        await Eventually.True(() => waits.Count == 3);
        asked.ShouldBe(["1 own no work", "2 own no work"]);
        waits.ShouldBe([TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20), TimeSpan.Zero]);
    }

    [Fact]
    public async Task A_strategy_that_answers_zero_retries_at_once()
    {
        await StartWorker((job, _) => job.AttemptsMade == 0 ? throw new InvalidOperationException("no") : Task.FromResult(Json("1")),
            new WorkerOptions { BackoffStrategy = (_, _, _, _) => ValueTask.FromResult(TimeSpan.Zero) });

        (await Reaches(await Add(Own), JobState.Completed)).AttemptsMade.ShouldBe(2);
    }

    [Fact]
    public async Task A_strategy_that_answers_a_negative_time_fails_the_job()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("no"), new WorkerOptions { BackoffStrategy = (_, _, _, _) => ValueTask.FromResult(Timeout.InfiniteTimeSpan) });

        (await Reaches(await Add(Own), JobState.Failed)).AttemptsMade.ShouldBe(1);
    }

    [Fact]
    public async Task A_strategy_that_throws_fails_the_job_and_is_told()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("no"), new WorkerOptions { BackoffStrategy = (_, _, _, _) => throw new FormatException() });

        (await Reaches(await Add(Own), JobState.Failed)).FailedReason.ShouldBe("no");

        Log.Collector.GetSnapshot().ShouldContain(record => record.Exception is FormatException);
    }
}
