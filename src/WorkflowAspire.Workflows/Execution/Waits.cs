using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Waits for a time or for a signal. What it waits for is recorded once; the run is parked until it is there.</summary>
internal sealed class Waits(RunAttempt attempt, Operation operation)
{
    private readonly StepServices _services = attempt.Services;
    private readonly Checkpoints _checkpoints = new(attempt, operation);

    /// <param name="until">When the wait ends, asked for when it begins.</param>
    public async Task UntilAsync(Func<DateTimeOffset, DateTimeOffset> until)
    {
        using var ending = operation;
        if (_checkpoints.Recorded is { Status: StepStatus.Completed }) return;
        var waiting = await RecordAsync(now => until(now), waitsFor: null).ConfigureAwait(false);
        if (_services.Time.GetUtcNow() < waiting.DueAt) throw await operation.Scope.SuspendAsync(operation, waiting.DueAt).ConfigureAwait(false);
        await EndAsync(waiting, StepStatus.Completed, "null", error: null).ConfigureAwait(false);
    }

    public async Task<T> ForSignalAsync<T>(string signal, TimeSpan? timeout)
    {
        using var ending = operation;
        var type = (JsonTypeInfo<T>)_services.Json.GetTypeInfo(typeof(T));
        if (_checkpoints.TryReplay(type, out var earlier)) return earlier;
        var waiting = await RecordAsync(now => timeout is { } longest ? After(now, longest) : null, signal).ConfigureAwait(false);
        if (await TakeAsync(signal).ConfigureAwait(false) is [var payload])
        {
            var carried = Read(signal, payload, type);
            await EndAsync(waiting, StepStatus.Completed, payload ?? "null", error: null).ConfigureAwait(false);
            return carried;
        }

        if (waiting.DueAt is not { } due || _services.Time.GetUtcNow() < due) throw await operation.Scope.SuspendAsync(operation, waiting.DueAt).ConfigureAwait(false);
        var late = new TimeoutException(
            $"No signal '{signal}' came before its timeout: operation '{operation.Name}' waited until {due.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}.");
        await EndAsync(waiting, StepStatus.Failed, output: null, late).ConfigureAwait(false);
        attempt.Failed(late, operation.Name);
        throw late;
    }

    /// <summary>An instant so much later; the last one there is where that is too far.</summary>
    public static DateTimeOffset After(DateTimeOffset now, TimeSpan duration) =>
        duration < DateTimeOffset.MaxValue - now ? now + duration : DateTimeOffset.MaxValue;

    private T Read<T>(string signal, string? payload, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(payload ?? "null", type)!;
        }
        catch (Exception error)
        {
            // Also what a constructor, a setter or a converter throws: it does so at each attempt.
            throw new UnrecoverableError($"Signal '{signal}' of run {attempt.Run.Id} carries what can't be read as {typeof(T).Name}: {error.Message}", error);
        }
    }

    private async Task<WorkflowStep> RecordAsync(Func<DateTimeOffset, DateTimeOffset?> due, string? waitsFor)
    {
        if (_checkpoints.Recorded is { } recorded) return recorded;
        var now = _services.Time.GetUtcNow();
        WorkflowStep? waiting = null;
        await _checkpoints.SaveAsync(
            StepStatus.Waiting, now, step => waiting = step with { DueAt = WholeMilliseconds(due(now)), WaitsFor = waitsFor }, error: null, attempt.Token).ConfigureAwait(false);
        return waiting!;
    }

    private async Task<List<string?>> TakeAsync(string signal)
    {
        await attempt.Signals.WaitAsync(attempt.Token).ConfigureAwait(false);
        try
        {
            return await _services.Store.TakeSignalAsync(attempt.Lease, signal, operation.Name, attempt.Token).ConfigureAwait(false);
        }
        finally
        {
            attempt.Signals.Release();
        }
    }

    private Task EndAsync(WorkflowStep waiting, StepStatus status, string? output, Exception? error) => _checkpoints.SaveAsync(
        status,
        waiting.StartedAt,
        step => step with { Output = output, DueAt = waiting.DueAt, WaitsFor = waiting.WaitsFor, Attempts = waiting.Attempts == 0 ? 1 : 0 },
        error,
        CancellationToken.None);

    // The queue's clock counts milliseconds: a job that comes back must not be too early.
    private static DateTimeOffset? WholeMilliseconds(DateTimeOffset? due) => due is not { } at || at > DateTimeOffset.MaxValue.AddSeconds(-1)
        ? due
        : new DateTimeOffset((at.UtcTicks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
}
