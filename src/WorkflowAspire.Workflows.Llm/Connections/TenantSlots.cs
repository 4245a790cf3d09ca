namespace WorkflowAspire.Workflows.Llm.Connections;

/// <summary>
/// The calls that a model may have in flight in this process, shared out among tenants: what comes free goes to the one that has the fewest, and
/// nobody has more than its part while others have or want some. A tenant alone may have all.
/// </summary>
internal sealed class TenantSlots
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Line> _lines = [];
    private readonly int _most;
    private readonly int _part;
    private int _taken;
    private int _waiting;
    private long _asked;

    /// <param name="most">How many calls there may be.</param>
    /// <param name="part">The part of them that one tenant may have while others have or want some; at least one call.</param>
    public TenantSlots(int most, double part) => (_most, _part) = (most, Math.Max(1, (int)(most * part)));

    /// <summary>Waits for a slot; what is returned gives it back.</summary>
    public async Task<IDisposable> EnterAsync(Guid tenantId, CancellationToken ct)
    {
        Turn turn;
        lock (_gate)
        {
            var line = LineOf(tenantId);
            turn = new Turn(line, _asked++);
            line.Waiting.AddLast(turn);
            _waiting++;
            HandOut();
        }

        using var leaving = ct.UnsafeRegister(static (state, token) => ((Turn)state!).TrySetCanceled(token), turn);
        try
        {
            return await turn.Task.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Forget(turn);
            throw;
        }
    }

    private void Forget(Turn turn)
    {
        lock (_gate)
        {
            if (!turn.Line.Waiting.Remove(turn)) return;
            _waiting--;
            Tidy(turn.Line);
            HandOut();
        }
    }

    private void Return(Line line)
    {
        lock (_gate)
        {
            line.Taken--;
            _taken--;
            Tidy(line);
            HandOut();
        }
    }

    private void HandOut()
    {
        while (_taken < _most && Next() is { } turn)
        {
            var line = turn.Line;
            line.Waiting.Remove(turn);
            _waiting--;
            line.Taken++;
            _taken++;
            if (turn.TrySetResult(new Slot(this, line))) continue;
            // It has given up just now.
            line.Taken--;
            _taken--;
            Tidy(line);
        }
    }

    // Of those that have the fewest, whoever has waited longest.
    private Turn? Next() => _waiting == 0 ? null : _lines.Values.Where(MayTake).MinBy(line => (line.Taken, line.Waiting.First!.Value.Number))?.Waiting.First!.Value;

    private bool MayTake(Line line) => line.Waiting.Count > 0 && (line.Taken < _part || (line.Taken == _taken && line.Waiting.Count == _waiting));

    private Line LineOf(Guid tenantId)
    {
        if (!_lines.TryGetValue(tenantId, out var line)) _lines[tenantId] = line = new Line(tenantId);
        return line;
    }

    private void Tidy(Line line)
    {
        if (line.Taken == 0 && line.Waiting.Count == 0) _lines.Remove(line.TenantId);
    }

    private sealed class Line(Guid tenantId)
    {
        public Guid TenantId => tenantId;

        public int Taken { get; set; }

        public LinkedList<Turn> Waiting { get; } = [];
    }

    private sealed class Turn(Line line, long number) : TaskCompletionSource<IDisposable>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Line Line => line;

        public long Number => number;
    }

    private sealed class Slot(TenantSlots slots, Line line) : IDisposable
    {
        private int _isBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isBack, 1) == 0) slots.Return(line);
        }
    }
}
