using System.Diagnostics;

namespace WorkflowAspire.Bench;

/// <summary>One round: the same work by one subject on an empty Redis; all of it, or only one part (add, process, idle, pick-up).</summary>
internal sealed class Round(ISubject subject, PrivateRedis redis, int jobs, string? part = null)
{
    private const int Callers = 100;
    private const int JobsPerBulkCall = 500;
    private const int Concurrency = 100;
    private const int LatencySamples = 200;
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    public async Task<Measure[]> RunAsync() => part switch
    {
        "add" => [.. await AddAsync(), .. await AddOneByOneAsync(), .. await AddBulkAsync()],
        "process" => [.. await AddBulkAsync(), .. await ProcessAsync()],
        "idle" => await IdleAsync(),
        "pick-up" => await PickUpAsync(),
        _ => [.. await AddAsync(), .. await AddOneByOneAsync(), .. await AddBulkAsync(), .. await ProcessAsync(), .. await IdleAsync(), .. await PickUpAsync()],
    };

    private async Task<Measure[]> AddAsync()
    {
        await redis.EmptyAsync();
        var cost = await CostAsync();
        var took = await subject.AddAsync("bench", jobs, Callers);
        var (redisCpu, ownCpu) = await cost();
        return
        [
            new("add, jobs/s (100 callers, 300 bytes)", jobs / took.TotalSeconds, Better.More),
            new("  Redis CPU, µs a job", redisCpu, Better.Less),
            new("  own CPU, µs a job", ownCpu, Better.Less),
        ];
    }

    private async Task<Measure[]> AddOneByOneAsync()
    {
        await redis.EmptyAsync();
        var some = Math.Max(1, jobs / 10);
        return [new("add, jobs/s (one caller, one by one)", some / (await subject.AddAsync("bench", some, 1)).TotalSeconds, Better.More)];
    }

    private async Task<Measure[]> AddBulkAsync()
    {
        await redis.EmptyAsync();
        var cost = await CostAsync();
        var took = await subject.AddBulkAsync("bench", jobs, JobsPerBulkCall);
        var (redisCpu, _) = await cost();
        return [new("addBulk, jobs/s (500 a call)", jobs / took.TotalSeconds, Better.More), new("  Redis CPU, µs a job", redisCpu, Better.Less)];
    }

    // The jobs are those that AddBulkAsync left.
    private async Task<Measure[]> ProcessAsync()
    {
        await redis.ForgetCommandsAsync();
        var cost = await CostAsync();
        var watch = Stopwatch.StartNew();
        await subject.StartWorkerAsync("bench", Concurrency);
        await redis.ReachedAsync("bench", jobs);
        var took = watch.Elapsed;
        var (redisCpu, ownCpu) = await cost();
        var commands = await redis.CommandsAsync();
        await subject.CloseWorkerAsync();
        return
        [
            new("process, jobs/s (no-op, concurrency 100)", jobs / took.TotalSeconds, Better.More),
            new("  Redis CPU, µs a job", redisCpu, Better.Less),
            new("  own CPU, µs a job", ownCpu, Better.Less),
            new("  ceiling of one Redis core, jobs/s", 1e6 / redisCpu, Better.More),
            new("  Redis busy, % of the time", 100 * redisCpu * jobs / took.TotalMicroseconds, Better.None),
            new("  of Redis CPU inside scripts, µs a job", commands.ScriptMicroseconds / jobs, Better.Less),
            new("  commands (those of scripts too), a job", (double)commands.All / jobs, Better.Less),
            new("  script calls, a job", (double)commands.Scripts / jobs, Better.Less),
        ];
    }

    private async Task<Measure[]> IdleAsync()
    {
        await redis.EmptyAsync();
        await subject.StartWorkerAsync("idle", Concurrency);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await redis.ForgetCommandsAsync();
        await Task.Delay(IdleTime);
        var commands = await redis.CommandsAsync();
        await subject.CloseWorkerAsync();
        return [new("idle worker, commands/s", commands.All / IdleTime.TotalSeconds, Better.Less)];
    }

    private async Task<Measure[]> PickUpAsync()
    {
        var latencies = await subject.LatencyAsync("pick-up", LatencySamples, Gap);
        Array.Sort(latencies);
        return
        [
            new("idle pick-up µs, median", latencies[latencies.Length / 2], Better.Less),
            new("idle pick-up µs, 99th percentile", latencies[latencies.Length * 99 / 100], Better.Less),
        ];
    }

    // Microseconds a job, of Redis and of the subject, from now until the returned function is called.
    private async Task<Func<Task<(double Redis, double Own)>>> CostAsync()
    {
        var (redisBefore, ownBefore) = (await redis.CpuAsync(), await subject.CpuAsync());
        return async () => (((await redis.CpuAsync()) - redisBefore).TotalMicroseconds / jobs, ((await subject.CpuAsync()) - ownBefore).TotalMicroseconds / jobs);
    }
}
