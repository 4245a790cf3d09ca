using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class MetricsTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task Finished_jobs_are_counted_by_the_minute()
    {
        await StartWorker((job, _) => job.Name == "bad" ? throw new InvalidOperationException("no") : Task.FromResult(Json("1")),
            new WorkerOptions { Concurrency = 5, Metrics = new MetricsOptions(10) });
        for (var i = 0; i < 5; i++) await Reaches(await Add(), JobState.Completed);
        await Reaches(await Queue.AddAsync("bad", Json("1")), JobState.Failed);
        var (completed, failed) = (await Queue.GetMetricsAsync(JobState.Completed), await Queue.GetMetricsAsync(JobState.Failed));
        (completed.Count, completed.PreviousCount + completed.Data.Sum()).ShouldBe((5, completed.PreviousCount * 2));
        failed.Count.ShouldBe(1);

        await TheLastPointWas(minutesAgo: 3);
        await Reaches(await Add(), JobState.Completed);

        var later = await Queue.GetMetricsAsync(JobState.Completed);
        later.Count.ShouldBe(6);
        later.PreviousCount.ShouldBe(5);
        later.Data.Take(3).ShouldBe([0, 0, 5 - completed.PreviousCount]);
        later.DataPoints.ShouldBe(completed.DataPoints + 3);
        (await Queue.GetMetricsAsync(JobState.Completed, 1, 1)).Data.ShouldBe([0]);
    }

    [Fact]
    public async Task No_more_data_points_stay_than_were_asked_for()
    {
        await StartWorker(new WorkerOptions { Metrics = new MetricsOptions(2) });
        await Reaches(await Add(), JobState.Completed);
        await TheLastPointWas(minutesAgo: 100_000);

        await Reaches(await Add(), JobState.Completed);

        var metrics = await Queue.GetMetricsAsync(JobState.Completed);
        metrics.DataPoints.ShouldBe(2);
        metrics.Data.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Without_metrics_nothing_is_counted()
    {
        await StartWorker();
        await Reaches(await Add(), JobState.Completed);

        (await Redis.Connection.GetDatabase().KeyExistsAsync(Key("metrics:completed"))).ShouldBeFalse();
        var metrics = await Queue.GetMetricsAsync(JobState.Completed);
        (metrics.Count, metrics.PreviousTimestamp, metrics.DataPoints).ShouldBe((0, null, 0));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Queue.GetMetricsAsync(JobState.Active));
    }

    private async Task TheLastPointWas(int minutesAgo) => await Redis.Connection.GetDatabase().HashSetAsync(Key("metrics:completed"), "prevTS",
        ((DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 60_000) - minutesAgo) * 60_000);
}
