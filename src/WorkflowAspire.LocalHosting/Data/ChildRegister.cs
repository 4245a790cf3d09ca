using System.Globalization;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Data;

/// <summary>
/// Remembers the running children: with a guard, which ends them as soon as this AppHost is killed, and in the data folder, so that the
/// next start can end what was left where there was no guard or it was killed as well.
/// </summary>
internal sealed class ChildRegister(DataFolder data, Guard? guard)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<Entry> _running = [];
    private readonly string _file = data.File("children");

    public void Add(string name, int processId, StopSignal signal, bool isService)
    {
        guard?.Watch(processId, signal, isService);
        if (ProcessIdentity.Of(processId) is not { } identity) return;
        lock (_gate)
        {
            _running.Add(new Entry(name, processId, signal, identity));
            Save();
        }
    }

    public void Remove(int processId)
    {
        guard?.Forget(processId);
        lock (_gate)
        {
            if (_running.RemoveAll(entry => entry.ProcessId == processId) > 0) Save();
        }
    }

    /// <summary>Ends what an earlier AppHost left running, the latest first; says so.</summary>
    public async Task ReapAsync(Action<string> say, CancellationToken ct)
    {
        foreach (var left in Read().Reverse())
        {
            if (ProcessIdentity.Of(left.ProcessId) != left.Identity) continue;
            say(string.Create(CultureInfo.InvariantCulture, $"{left.Name} (pid {left.ProcessId}) was left running by an AppHost that was killed; stopping it"));
            Signals.Send(left.ProcessId, left.Signal);
            await EndAsync(left, ct).ConfigureAwait(false);
        }

        lock (_gate) Save();
    }

    private static async Task EndAsync(Entry left, CancellationToken ct)
    {
        var deadline = Environment.TickCount64 + (long)Grace.TotalMilliseconds;
        while (ProcessIdentity.Of(left.ProcessId) == left.Identity)
        {
            if (Environment.TickCount64 > deadline) Signals.KillGroup(left.ProcessId);
            await Task.Delay(50, ct).ConfigureAwait(false);
        }
    }

    private Entry[] Read() =>
        File.Exists(_file) ? [.. File.ReadLines(_file).Select(Entry.Parse).OfType<Entry>()] : [];

    private void Save() => File.WriteAllLines(_file, _running.Select(entry => entry.ToString()));

    private sealed record Entry(string Name, int ProcessId, StopSignal Signal, string Identity)
    {
        public static Entry? Parse(string line) =>
            line.Split('\t') is [var name, var id, var signal, var identity]
            && int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
            && Enum.TryParse<StopSignal>(signal, out var stop)
                ? new Entry(name, processId, stop, identity)
                : null;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}\t{ProcessId}\t{Signal}\t{Identity}");
    }
}
