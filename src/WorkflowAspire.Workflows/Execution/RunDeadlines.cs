using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Cuts an attempt at the run's deadline, and lets no run sleep past it.</summary>
internal sealed class RunDeadlines(RunStore store, TimeProvider time)
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    /// <param name="lease">The run.</param>
    /// <param name="timeout">The workflow's own limit, for a run without a deadline.</param>
    /// <param name="run">The attempt.</param>
    /// <param name="ct">Cuts the attempt for other reasons.</param>
    /// <exception cref="RunTimeoutException">The deadline has passed.</exception>
    public async Task<ExecutionResult> KeepAsync(RunLease lease, TimeSpan? timeout, Func<CancellationToken, Task<ExecutionResult>> run, CancellationToken ct)
    {
        if (await DeadlineAsync(lease, timeout, ct).ConfigureAwait(false) is not { } deadline) return await run(ct).ConfigureAwait(false);
        var left = deadline - time.GetUtcNow();
        if (left <= TimeSpan.Zero) throw new RunTimeoutException(lease.Run.Id, deadline);

        using var clock = new CancellationTokenSource(left < LongestTimer ? left : LongestTimer, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        try
        {
            var result = await run(either.Token).ConfigureAwait(false);
            return result is ExecutionResult.Parked(var until) && !(until < deadline) ? new ExecutionResult.Parked(deadline) : result;
        }
        // A timer may fire a moment before the clock says so.
        catch (Exception error) when (error is not LeaseLostException && !ct.IsCancellationRequested
            && ((clock.IsCancellationRequested && left < LongestTimer) || time.GetUtcNow() >= deadline))
        {
            throw new RunTimeoutException(lease.Run.Id, deadline);
        }
    }

    private async Task<DateTimeOffset?> DeadlineAsync(RunLease lease, TimeSpan? timeout, CancellationToken ct)
    {
        if (lease.Run.DeadlineAt is not null || timeout is not { } longest) return lease.Run.DeadlineAt;
        var deadline = Waits.After(lease.Run.CreatedAt, longest);
        await store.SetDeadlineAsync(lease, deadline, ct).ConfigureAwait(false);
        return deadline;
    }
}
