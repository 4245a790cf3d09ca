namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>A tenant's place among those who want evaluators. Guarded by the pool's lock.</summary>
internal sealed class TenantTurns
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private const int MostSteps = 50;

    private readonly LinkedList<Turn> _waiting = [];
    private readonly Queue<DateTimeOffset> _ends = [];

    /// <summary>Evaluators that it has now.</summary>
    public int Held { get; set; }

    public bool IsWaiting => _waiting.Count > 0;

    public Turn Ask()
    {
        var turn = new Turn();
        _waiting.AddLast(turn);
        return turn;
    }

    public void Forget(Turn turn) => _waiting.Remove(turn);

    /// <returns>False where nobody waits any more.</returns>
    public bool TryGive(EvaluatorProcess evaluator)
    {
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            if (first.Value.TrySetResult(evaluator)) return true;
        }

        return false;
    }

    public void Refuse(Exception error)
    {
        foreach (var turn in _waiting) turn.TrySetException(error);
        _waiting.Clear();
    }

    /// <summary>One of its texts has ended an evaluator.</summary>
    public void NoteEnd(DateTimeOffset now)
    {
        _ends.Enqueue(now);
        if (_ends.Count > MostSteps) _ends.Dequeue();
    }

    /// <summary>Whether its texts have ended evaluators lately.</summary>
    public bool EndsEvaluators(DateTimeOffset now) => RecentEnds(now) > 0;

    /// <summary>How long it waits before its next turn, for what it has ended lately.</summary>
    public TimeSpan Penalty(DateTimeOffset now) => Step * Math.Max(0, RecentEnds(now) - 1);

    public bool IsForgettable(DateTimeOffset now) => Held == 0 && !IsWaiting && RecentEnds(now) == 0;

    private int RecentEnds(DateTimeOffset now)
    {
        while (_ends.TryPeek(out var end) && end + Memory < now) _ends.Dequeue();
        return _ends.Count;
    }
}

/// <summary>Somebody who waits for an evaluator.</summary>
internal sealed class Turn() : TaskCompletionSource<EvaluatorProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
