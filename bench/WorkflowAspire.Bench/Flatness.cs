using System.Diagnostics;
using System.Globalization;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Bench;

/// <summary>
/// Whether a long queue is processed as fast as a short one, and whether the worker's memory stays flat meanwhile. Each has a server of its
/// own; a worker takes as many jobs from the one and from the other in turn, so that a machine that gets slower does so for both.
/// </summary>
internal sealed class Flatness(DotNetSubject longSubject, PrivateRedis longRedis, DotNetSubject shortSubject, PrivateRedis shortRedis, KeepJobs? keep)
{
    private const string QueueName = "flat";
    private const int Concurrency = 100;
    private const int Short = 10_000;
    private const int JobsPerCall = 500;

    public async Task RunAsync(int jobs)
    {
        Console.WriteLine($"| {"waiting jobs",12} | {"jobs/s",8} | {"with 10 k",9} | {"ratio",5} | {"managed heap, MiB",17} | {"resident, MiB",13} |");
        Console.WriteLine($"|{new string('-', 13)}:|{new string('-', 9)}:|{new string('-', 10)}:|{new string('-', 6)}:|{new string('-', 18)}:|{new string('-', 14)}:|");

        await ShortRateAsync(); // warms up
        await longRedis.EmptyAsync();
        await longSubject.AddBulkAsync(QueueName, jobs, JobsPerCall);
        var pairs = new List<(double Long, double Short)>();
        for (var tenth = 9; tenth >= 0; tenth--)
        {
            var (first, atFirst) = (pairs.Count, await longRedis.WaitingAsync(QueueName, atMost: jobs));
            for (var waiting = atFirst; waiting >= Math.Max((long)jobs * tenth / 10, Short); waiting = await longRedis.WaitingAsync(QueueName, atMost: jobs))
            {
                var shortRate = await ShortRateAsync();
                pairs.Add((await RateAsync(longSubject, longRedis, waiting), shortRate));
            }

            if (pairs.Count > first) Row(atFirst.ToString("N0", CultureInfo.InvariantCulture), pairs[first..]);
        }

        Row("all", pairs);
    }

    private async Task<double> ShortRateAsync()
    {
        await shortRedis.EmptyAsync();
        await shortSubject.AddBulkAsync(QueueName, Short, JobsPerCall);
        return await RateAsync(shortSubject, shortRedis, Short);
    }

    // The first jobs, which pay for connecting, don't count.
    private async Task<double> RateAsync(DotNetSubject subject, PrivateRedis redis, long waiting)
    {
        await subject.StartWorkerAsync(QueueName, Concurrency, keep);
        var first = await redis.WaitingAsync(QueueName, waiting - (Short / 10));
        var watch = Stopwatch.StartNew();
        var last = await redis.WaitingAsync(QueueName, waiting - Short);
        var rate = (first - last) / watch.Elapsed.TotalSeconds;
        await subject.CloseWorkerAsync();
        return rate;
    }

    private static void Row(string waiting, IReadOnlyList<(double Long, double Short)> pairs)
    {
        using var self = Process.GetCurrentProcess();
        var (ours, theirs) = (Table.Median(pairs.Select(pair => pair.Long).ToList()), Table.Median(pairs.Select(pair => pair.Short).ToList()));
        var ratio = Table.Median(pairs.Select(pair => pair.Long / pair.Short).ToList());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {waiting,12} | {ours,8:N0} | {theirs,9:N0} | {ratio,5:N2} | {HeapAfterCollection() / 1048576.0,17:N1} | {self.WorkingSet64 / 1048576.0,13:N0} |"));
    }

    private static long HeapAfterCollection()
    {
        GC.Collect();
        return GC.GetGCMemoryInfo().HeapSizeBytes;
    }
}
