using Microsoft.Extensions.Logging.Abstractions;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.Interop.Tests.Differential;

// Jobs taken and settled by hand, one script call at a time: no worker runs, so nothing happens that was not asked for.
internal partial interface IQueueActor
{
    /// <summary>How many jobs the actor has taken and not settled.</summary>
    int Held { get; }

    /// <summary>Takes the next job, if there is one, and holds it.</summary>
    Task TakeAsync();

    /// <summary>Processes a held job as processors.mjs says and records what became of it; where <paramref name="next"/>, takes another.</summary>
    Task SettleAsync(int which, string how, bool next);

    /// <summary>Returns a held job as a worker does that closes.</summary>
    Task HandBackAsync(int which);

    /// <summary>The lock of a held job runs out.</summary>
    Task LoseLockAsync(int which);

    /// <summary>An idle worker wakes and takes the first marker with it.</summary>
    Task PopMarkerAsync();

    /// <summary>Looks for stalled jobs, whenever the last look was.</summary>
    Task CheckStalledAsync();

    /// <summary>How many jobs of the queue may be active at once.</summary>
    Task LimitConcurrencyAsync(int most);
}

internal sealed partial class NodeActor
{
    public int Held { get; private set; }

    public Task TakeAsync() => HandAsync("handTake");

    public Task SettleAsync(int which, string how, bool next) => HandAsync("handSettle", which, how, next);

    public Task HandBackAsync(int which) => HandAsync("handBack", which);

    public Task LoseLockAsync(int which) => HandAsync("handLoseLock", which);

    public Task PopMarkerAsync() => HandAsync("handPopMarker");

    public Task CheckStalledAsync() => HandAsync("handCheckStalled");

    public Task LimitConcurrencyAsync(int most) => _queue.CallAsync("setGlobalConcurrency", most);

    private async Task HandAsync(string method, params System.Text.Json.Nodes.JsonNode?[] arguments)
    {
        var answer = (await _queue.RunAsync(method, arguments))!;
        Held = (int)answer["held"]!;
        if (answer["refused"] is { } refused) throw new InvalidOperationException((string)refused!);
    }
}

internal sealed partial class DotNetActor
{
    private static readonly WorkerOptions HandOptions = new();
    private readonly List<ActiveJob> _held = [];
    private int _tokens;
    private readonly QueueConnection _hand = new(new QueueKeys("bull", queue.Name), redis.GetDatabase(), TimeProvider.System);

    public int Held => _held.Count;

    private Exchange Exchange => field ??= Exchange.Alone(_hand, HandOptions, NullLogger.Instance);

    public async Task TakeAsync() => _held.AddRange((await Exchange.RunAsync([], 1)).Taken);

    public async Task SettleAsync(int which, string how, bool next)
    {
        var active = Release(which);
        ReadOnlyMemory<byte> result;
        try
        {
            if (active.Job.DeferredFailure is { } reason) throw new UnrecoverableError(reason);
            result = Processors.Run(how, active.Job);
        }
        catch (Exception error)
        {
            await Settlement().FailAsync(active, error, takesMore: next);
            if (next) await TakeAsync();
            return;
        }

        var (answer, exchanged) = await Exchange.RunManuallyAsync(new FinishedJob(active, result), next ? 1 : 0, $"token {_tokens++}");
        _held.AddRange(exchanged.Taken);
        // As a worker whose only finished job was refused: nothing was taken in that call, so it asks again.
        if (next && answer < 0) await TakeAsync();
    }

    public Task HandBackAsync(int which) => Settlement().HandBackAsync(Release(which));

    public Task LoseLockAsync(int which) => _hand.Database.KeyDeleteAsync(_hand.Keys.Of($"{_held[which].Job.Id}:lock"));

    public Task PopMarkerAsync() => _hand.Database.SortedSetPopAsync(_hand.Keys.Marker);

    public async Task CheckStalledAsync()
    {
        await _hand.Database.KeyDeleteAsync(_hand.Keys.Of("stalled-check"));
        await _hand.RunAsync(Script.RecoverStalled, HandOptions.MaxStalledCount, (long)HandOptions.StalledInterval.TotalMilliseconds);
    }

    public Task LimitConcurrencyAsync(int most) => _hand.Database.HashSetAsync(_hand.Keys.Meta, "concurrency", most);

    private Settlement Settlement() => Exchange.Settlement;

    private ActiveJob Release(int which)
    {
        var active = _held[which];
        _held.RemoveAt(which);
        return active;
    }
}
