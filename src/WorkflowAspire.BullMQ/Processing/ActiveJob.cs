using System.Diagnostics;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>A job that this worker has taken, with the token that proves it.</summary>
internal sealed class ActiveJob(Job job, string token, long lockedAt) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private long _lockedAt = lockedAt;
    private int _ending;

    public Job Job { get; } = job;

    public string Token { get; } = token;

    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>The timestamp of the last proof that the lock is ours.</summary>
    public long LockedAt => Volatile.Read(ref _lockedAt);

    /// <summary>The activity of the attempt; default where nobody listens.</summary>
    public ActivityContext Attempt { get; set; }

    /// <summary>The timestamp at which the processor first returned, to wait for something or with its result; 0 before.</summary>
    public long ReturnedAt { get; set; }

    /// <summary>Another worker may have the job: nothing of this attempt may be written.</summary>
    public bool IsLost => Volatile.Read(ref _ending) == 1;

    /// <summary>The worker closes and gives the job back.</summary>
    public bool IsReturning => Volatile.Read(ref _ending) == 2;

    /// <summary>Its processor was called, or is about to be.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Nothing processes the job any more.</summary>
    public bool HasStopped { get; private set; }

    public void Renewed(long timestamp) => Volatile.Write(ref _lockedAt, timestamp);

    public void Lose() => End(1);

    public void Return() => End(2);

    public void Stopped() => HasStopped = true;

    /// <summary>Cancels the attempt; the job stays ours, and what its processor makes of that is recorded.</summary>
    public void Cancel(string? reason)
    {
        Job.CancellationReason = reason;
        CancelProcessor();
    }

    public void Dispose() => _cancellation.Dispose();

    private void End(int ending)
    {
        if (Interlocked.CompareExchange(ref _ending, ending, 0) != 0) return;
        CancelProcessor();
    }

    private void CancelProcessor()
    {
        try
        {
            // Callbacks that the processor has registered must not run on the thread that renews the other locks.
            _ = _cancellation.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The job was handed in meanwhile.
        }
    }
}
