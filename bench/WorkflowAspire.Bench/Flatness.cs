using System.Diagnostics;
using System.Globalization;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Bench;

/// <summary>
/// Whether a long queue is processed as fast as a short one, and whether the worker's memory stays flat meanwhile. A worker takes as many jobs
/// from each in turn, so that a machine that gets slower does so for all: from the long one; from a short one on the same server, which keeps
/// its completed jobs as that one does; and from a short one on a server that is emptied each time, which shows what a server full of jobs costs any queue.
/// </summary>
internal sealed class Flatness(DotNetSubject subject, PrivateRedis redis, DotNetSubject aloneSubject, PrivateRedis aloneRedis, KeepJobs? keep)
{
    private const string LongQueue = "flat";
    private const string ShortQueue = "short";
    private const int Concurrency = 100;
    private const int Short = 10_000;
    private const int JobsPerCall = 500;

    public async Task RunAsync(int jobs)
    {
        Console.WriteLine($"| {"waiting jobs",12} | {"jobs/s",8} | {"with 10 k",9} | {"ratio",5} | {"10 k alone",10} | {"ratio",5} | {"managed heap, MiB",17} | {"resident, MiB",13} |");
        Console.WriteLine($"|{Line(12)}|{Line(8)}|{Line(9)}|{Line(5)}|{Line(10)}|{Line(5)}|{Line(17)}|{Line(13)}|");

        await ShortRateAsync(aloneSubject, aloneRedis); // warms up
        await subject.AddBulkAsync(LongQueue, jobs, JobsPerCall);
        var rates = new List<Rates>();
        for (var tenth = 9; tenth >= 0; tenth--)
        {
            var (first, atFirst) = (rates.Count, await redis.WaitingAsync(LongQueue, atMost: jobs));
            for (var waiting = atFirst; waiting >= Math.Max((long)jobs * tenth / 10, Short); waiting = await redis.WaitingAsync(LongQueue, atMost: jobs))
                rates.Add(await InTurnAsync(rates.Count, waiting));
            if (rates.Count > first) Row(atFirst.ToString("N0", CultureInfo.InvariantCulture), rates[first..]);
        }

        Row("all", rates);
    }

    // Whoever comes second finds a warmer machine.
    private async Task<Rates> InTurnAsync(int turn, long waiting)
    {
        double inLong = 0, beside = 0, alone = 0;
        Func<Task>[] each =
        [
            async () => inLong = await RateAsync(subject, redis, LongQueue, waiting),
            async () => beside = await ShortRateAsync(subject, redis),
            async () =>
            {
                await aloneRedis.EmptyAsync();
                alone = await ShortRateAsync(aloneSubject, aloneRedis);
            },
        ];
        for (var i = 0; i < each.Length; i++) await each[(turn + i) % each.Length]();
        return new Rates(inLong, beside, alone);
    }

    private async Task<double> ShortRateAsync(DotNetSubject its, PrivateRedis server)
    {
        await its.AddBulkAsync(ShortQueue, Short, JobsPerCall);
        return await RateAsync(its, server, ShortQueue, Short);
    }

    // The first jobs, which pay for connecting, don't count.
    private async Task<double> RateAsync(DotNetSubject its, PrivateRedis server, string queue, long waiting)
    {
        await its.StartWorkerAsync(queue, Concurrency, keep);
        var first = await server.WaitingAsync(queue, waiting - (Short / 10));
        var watch = Stopwatch.StartNew();
        var last = await server.WaitingAsync(queue, waiting - Short);
        var rate = (first - last) / watch.Elapsed.TotalSeconds;
        await its.CloseWorkerAsync();
        return rate;
    }

    private static string Line(int width) => new string('-', width + 1) + ":";

    private static void Row(string waiting, IReadOnlyList<Rates> rates)
    {
        using var self = Process.GetCurrentProcess();
        double Median(Func<Rates, double> value) => Table.Median(rates.Select(value).ToList());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {waiting,12} | {Median(rate => rate.Long),8:N0} | {Median(rate => rate.Short),9:N0} | {Median(rate => rate.Long / rate.Short),5:N2} | {Median(rate => rate.Alone),10:N0} | {Median(rate => rate.Long / rate.Alone),5:N2} | {HeapAfterCollection() / 1048576.0,17:N1} | {self.WorkingSet64 / 1048576.0,13:N0} |"));
    }

    private static long HeapAfterCollection()
    {
        GC.Collect();
        return GC.GetGCMemoryInfo().HeapSizeBytes;
    }

    private readonly record struct Rates(double Long, double Short, double Alone);
}
