using System.Diagnostics;

namespace WorkflowAspire.Bench;

/// <summary>What one round measured of one subject.</summary>
internal sealed record Round(
    double AddsPerSecond, double AddRedisCpu, double AddOwnCpu,
    double BulkPerSecond, double BulkRedisCpu,
    double JobsPerSecond, double JobRedisCpu, double JobOwnCpu,
    double LatencyMedian, double Latency99)
{
    private const int Callers = 100;
    private const int JobsPerBulkCall = 500;
    private const int Concurrency = 100;
    private const int LatencySamples = 200;
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(5);

    public static async Task<Round> RunAsync(ISubject subject, PrivateRedis redis, int jobs)
    {
        await redis.EmptyAsync();
        var before = await CpuAsync(subject, redis);
        var adding = await subject.AddAsync("bench", jobs, Callers);
        var added = await CpuAsync(subject, redis);

        await redis.EmptyAsync();
        var emptied = await redis.CpuAsync();
        var bulk = await subject.AddBulkAsync("bench", jobs, JobsPerBulkCall);
        var bulkAdded = await CpuAsync(subject, redis);

        var watch = Stopwatch.StartNew();
        await subject.StartWorkerAsync("bench", Concurrency);
        await redis.CompletedAsync("bench", jobs);
        var processing = watch.Elapsed;
        var processed = await CpuAsync(subject, redis);
        await subject.CloseWorkerAsync();

        var latencies = await subject.LatencyAsync("idle", LatencySamples, Gap);
        Array.Sort(latencies);
        return new Round(
            jobs / adding.TotalSeconds, (added.Redis - before.Redis) / jobs, (added.Own - before.Own) / jobs,
            jobs / bulk.TotalSeconds, (bulkAdded.Redis - emptied.TotalMicroseconds) / jobs,
            jobs / processing.TotalSeconds, (processed.Redis - bulkAdded.Redis) / jobs, (processed.Own - bulkAdded.Own) / jobs,
            latencies[latencies.Length / 2], latencies[latencies.Length * 99 / 100]);
    }

    private static async Task<(double Redis, double Own)> CpuAsync(ISubject subject, PrivateRedis redis) =>
        ((await redis.CpuAsync()).TotalMicroseconds, (await subject.CpuAsync()).TotalMicroseconds);
}
