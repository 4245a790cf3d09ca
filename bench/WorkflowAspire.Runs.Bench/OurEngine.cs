using System.Diagnostics;

namespace WorkflowAspire.Runs.Bench;

/// <summary>This product: submission, worker and store in this process.</summary>
internal sealed class OurEngine(string name, RunSystem system, int concurrency) : IEngine
{
    public string Name => name;

    public async Task<EngineRound> RunAsync(int runs, int steps)
    {
        var took = new double[runs];
        var next = -1;
        using var self = Process.GetCurrentProcess();
        var (cpu, redis, watch) = (self.TotalProcessorTime, await system.RedisCpuAsync(), Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            for (var run = Interlocked.Increment(ref next); run < runs; run = Interlocked.Increment(ref next))
            {
                var submitted = Stopwatch.GetTimestamp();
                await system.ExecuteAsync(steps);
                took[run] = Stopwatch.GetElapsedTime(submitted).TotalMilliseconds;
            }
        })));
        var elapsed = watch.Elapsed;
        self.Refresh();
        return new EngineRound(elapsed, took, self.TotalProcessorTime - cpu, await system.RedisCpuAsync() - redis);
    }

    public ValueTask DisposeAsync() => system.DisposeAsync();
}
