namespace WorkflowAspire.BullMQ;

/// <summary>Waits for the event that tells the end of one job.</summary>
/// <param name="jobId">The job.</param>
/// <param name="position">The id of the newest event that is not heard any more.</param>
internal sealed class FinishWait(string jobId, string position)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<JobEvent> _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JobEvent? _last;
    private string _position = position;
    private string? _from, _until;

    /// <summary>The first end of the job after the event that <see cref="ExpectAfter"/> named.</summary>
    public Task<JobEvent> Finished => _finished.Task;

    /// <summary>The last end of the job that was heard of at all.</summary>
    public JobEvent? Last
    {
        get { lock (_gate) return _last; }
    }

    /// <summary>The reader begins after this event.</summary>
    public void BeginAt(string id)
    {
        lock (_gate) Advance(id);
    }

    public void Hear(QueueEvent told)
    {
        lock (_gate)
        {
            Advance(told.Id);
            if (told is not (CompletedEvent or FailedEvent) || ((JobEvent)told).JobId != jobId) return;
            _last = (JobEvent)told;
            if (_from is { } from && EventIds.Compare(told.Id, from) > 0) _finished.TrySetResult(_last);
        }
    }

    /// <summary>The job was not finished when this was the newest event: an end that was told before is an older one, of a job that was retried.</summary>
    public void ExpectAfter(string newest)
    {
        lock (_gate)
        {
            _from ??= newest;
            if (_last is { } last && EventIds.Compare(last.Id, _from) > 0) _finished.TrySetResult(last);
        }
    }

    /// <summary>Completes when all events up to this one were heard.</summary>
    public Task ArrivesAt(string newest)
    {
        lock (_gate)
        {
            _until = newest;
            if (EventIds.Compare(_position, newest) >= 0) _arrived.TrySetResult();
            return _arrived.Task;
        }
    }

    private void Advance(string id)
    {
        _position = id;
        if (_until is { } until && EventIds.Compare(_position, until) >= 0) _arrived.TrySetResult();
    }
}
