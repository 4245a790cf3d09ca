using System.Globalization;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>So many worker processes; one that is killed is replaced.</summary>
internal sealed class WorkerPool(ChaosSystem system, int workers, int concurrency) : IAsyncDisposable
{
    private static readonly TimeSpan LongerThanALock = TimeSpan.FromSeconds(4.5);

    // The first is always of the new version, the others of the old one until they are rolled.
    private readonly int[] _versions = [.. Enumerable.Range(0, workers).Select(at => at == 0 ? 2 : 1)];
    private readonly List<ServerProcess> _alive = [.. Enumerable.Range(0, workers).Select(at => Start(system, concurrency, at == 0 ? 2 : 1))];
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
        _alive[at] = Start(system, concurrency, _versions[at]);
    }

    /// <summary>As a deployment does, forwards or back: told to stop, and replaced by one of the other version.</summary>
    public async Task RollOneAsync(Random random)
    {
        StartEndedAnew();
        var at = random.Next(1, _alive.Count);
        _alive[at].Signal("TERM");
        await _alive[at].WaitForExitAsync();
        _ended.Add(_alive[at]);
        _versions[at] = 3 - _versions[at];
        _alive[at] = Start(system, concurrency, _versions[at]);
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

    private static ServerProcess Start(ChaosSystem system, int concurrency, int version) =>
        system.StartWorker(concurrency, new Dictionary<string, string> { ["CHAOS_VERSION"] = version.ToString(CultureInfo.InvariantCulture), ["Worker__StopTimeout"] = "00:00:02" });

    // As an orchestrator does.
    private void StartEndedAnew()
    {
        for (var at = 0; at < _alive.Count; at++)
        {
            if (!_alive[at].HasExited) continue;
            _ended.Add(_alive[at]);
            _alive[at] = Start(system, concurrency, _versions[at]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _alive.Concat(_ended)) await worker.DisposeAsync();
    }
}
