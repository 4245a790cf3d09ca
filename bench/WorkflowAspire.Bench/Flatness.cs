using System.Diagnostics;
using System.Globalization;

namespace WorkflowAspire.Bench;

/// <summary>Whether a long queue is processed as fast as a short one, and whether the worker's memory stays flat meanwhile.</summary>
internal sealed class Flatness(DotNetSubject subject, PrivateRedis redis)
{
    private const int Concurrency = 100;
    private const int Short = 10_000;
    private const int ShortRuns = 7;

    public async Task RunAsync(int jobs)
    {
        await ShortRateAsync(); // warms up
        var few = await ShortRateAsync();
        Console.WriteLine($"| {"waiting jobs",12} | {"jobs/s",8} | {"against 10 k",12} | {"managed heap, MiB",17} | {"resident, MiB",13} |");
        Console.WriteLine($"|{new string('-', 13)}:|{new string('-', 9)}:|{new string('-', 13)}:|{new string('-', 18)}:|{new string('-', 14)}:|");
        Row(Short, few, few);

        await FillAsync(jobs);
        await subject.StartWorkerAsync("flat", Concurrency);
        // A window of a tenth each; the first jobs, which pay for connecting, count with none.
        var (done, watch) = (await redis.ReachedAsync("flat", Short / 10), Stopwatch.StartNew());
        for (var window = 1; window <= 10; window++)
        {
            var until = (long)jobs * window / 10;
            var reached = await redis.ReachedAsync("flat", until);
            Row(jobs - done, (reached - done) / watch.Elapsed.TotalSeconds, few);
            (done, watch) = (reached, Stopwatch.StartNew());
        }

        await subject.CloseWorkerAsync();
        // Whether the machine is as fast as it was.
        Row(Short, await ShortRateAsync(), few);
    }

    private async Task<double> ShortRateAsync()
    {
        var rates = new List<double>();
        for (var run = 0; run < ShortRuns; run++) rates.Add(await RateAsync(Short));
        return Table.Median(rates);
    }

    private async Task<double> RateAsync(int jobs)
    {
        await FillAsync(jobs);
        await subject.StartWorkerAsync("flat", Concurrency);
        var first = await redis.ReachedAsync("flat", jobs / 10);
        var watch = Stopwatch.StartNew();
        await redis.ReachedAsync("flat", jobs);
        var rate = (jobs - first) / watch.Elapsed.TotalSeconds;
        await subject.CloseWorkerAsync();
        return rate;
    }

    private async Task FillAsync(int jobs)
    {
        await redis.EmptyAsync();
        await subject.AddBulkAsync("flat", jobs, 500);
    }

    private static void Row(long waiting, double rate, double few)
    {
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {waiting,12:N0} | {rate,8:N0} | {rate / few,12:N2} | {HeapAfterCollection() / 1048576.0,17:N1} | {self.WorkingSet64 / 1048576.0,13:N0} |"));
    }

    private static long HeapAfterCollection()
    {
        GC.Collect();
        return GC.GetGCMemoryInfo().HeapSizeBytes;
    }
}
