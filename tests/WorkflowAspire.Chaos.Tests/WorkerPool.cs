using WorkflowAspire.TestServers;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>So many worker processes; one that is killed is replaced.</summary>
internal sealed class WorkerPool(ChaosSystem system, int workers, int concurrency) : IAsyncDisposable
{
    private static readonly TimeSpan LongerThanALock = TimeSpan.FromSeconds(4.5);

    private readonly List<ServerProcess> _alive = [.. Enumerable.Range(0, workers).Select(_ => system.StartWorker(concurrency))];
    private readonly List<ServerProcess> _ended = [];

    /// <summary>How many runs all workers execute at the same time.</summary>
    public int Capacity => workers * concurrency;

    /// <summary>What the workers, also the killed ones, have written to their logs.</summary>
    public IEnumerable<string> Lines => _ended.Concat(_alive).SelectMany(worker => worker.Lines);

    public async Task KillOneAsync(Random random)
    {
        StartEndedAnew();
        var at = random.Next(_alive.Count);
        var victim = _alive[at];
        victim.Kill();
        await victim.WaitForExitAsync();
        _ended.Add(victim);
        await Task.Delay(random.Next(0, 1000));
        _alive[at] = system.StartWorker(concurrency);
    }

    /// <summary>For longer than its locks last: when it goes on, its runs are others'.</summary>
    public async Task FreezeOneAsync(Random random)
    {
        StartEndedAnew();
        var victim = _alive[random.Next(_alive.Count)];
        victim.Signal("STOP");
        await Task.Delay(LongerThanALock);
        victim.Signal("CONT");
    }

    // As an orchestrator does: a worker that finds no database when it starts ends, and is started again.
    private void StartEndedAnew()
    {
        for (var at = 0; at < _alive.Count; at++)
        {
            if (!_alive[at].HasExited) continue;
            _ended.Add(_alive[at]);
            _alive[at] = system.StartWorker(concurrency);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _alive.Concat(_ended)) await worker.DisposeAsync();
    }
}
