using System.Collections.Concurrent;

namespace WorkflowAspire.Worker.Execution;

/// <summary>The runs that this worker executes, so that one can be called off.</summary>
internal sealed class RunningAttempts
{
    private readonly ConcurrentDictionary<RunningAttempt, Guid> _attempts = [];

    /// <summary>Begins an attempt; before its claim, so that no cancellation comes in between.</summary>
    public RunningAttempt Begin(Guid runId, CancellationToken ct)
    {
        var attempt = new RunningAttempt(this, ct);
        _attempts[attempt] = runId;
        return attempt;
    }

    public void Cancel(Guid runId)
    {
        foreach (var (attempt, run) in _attempts)
            if (run == runId) attempt.Cancel();
    }

    public void End(RunningAttempt attempt) => _attempts.TryRemove(attempt, out _);
}

/// <summary>One attempt under way: its token ends with the job's, or when the run is called off.</summary>
internal sealed class RunningAttempt(RunningAttempts all, CancellationToken ct) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(ct);

    public CancellationToken Token => _source.Token;

    public bool IsCancelled { get; private set; }

    public void Cancel()
    {
        IsCancelled = true;
        try
        {
            // Not here and now: what the code does on its cancellation must not hold up the subscription.
            _ = _source.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    public void Dispose()
    {
        all.End(this);
        _source.Dispose();
    }
}
