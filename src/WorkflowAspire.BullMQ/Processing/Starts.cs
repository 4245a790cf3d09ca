using System.Diagnostics;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>What is to begin: an attempt, or the record of one that a script refused to complete.</summary>
internal readonly record struct Start(ActiveJob Active, Exception? Refusal = null);

/// <summary>
/// Begins jobs in the order in which they were taken. A thread of the pool begins them one after the other, since what a processor does before it
/// first waits is short as a rule. Where processors keep their threads, each start is handed on to another thread just before the one in front begins.
/// </summary>
internal sealed class Starts : IDisposable
{
    private const int Nobody = 0;
    private const int WeightOfLong = 16;
    private const int MostWeight = 64;

    // Far more than a processor needs that waits without its thread; the first one is compiled meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongBeginning = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan ShortSeries = TimeSpan.FromMicroseconds(500);

    private readonly Lock _gate = new();
    private readonly Queue<Start> _waiting = new();
    private readonly Queue<Turn> _turns = new();
    private readonly Action<Start> _begin;
    private readonly Action _rest;
    private readonly Timer _watch;
    private bool _isWatched;
    private bool _isOver;
    private int _appointed;
    private int _inCharge = Nobody;
    private long _begunAt;

    // The managed id of the thread that begins a series of them at this moment; 0 for none.
    private int _seriesThread;

    // Long beginnings count up, short ones down: at the top each start is handed on, until it is down again.
    private int _weight;
    private bool _handsOn;

    /// <param name="begin">Begins one; returns when it waits for something, or is over.</param>
    /// <param name="rest">Comes after a series of starts: what is over by then can be handed in together.</param>
    public Starts(Action<Start> begin, Action rest)
    {
        (_begin, _rest) = (begin, rest);
        _watch = new Timer(static starts => ((Starts)starts!).Watch(), this, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>
    /// This thread is within a series of short starts, which <c>rest</c> follows soon: handing in what is over before would make a small call of it.
    /// </summary>
    public bool IsWithinSeries => Volatile.Read(ref _seriesThread) == Environment.CurrentManagedThreadId;

    /// <summary>A place in the order for jobs that a call takes which is about to be sent. Whatever becomes of the call, they are added, or none in their place.</summary>
    public Turn NextTurn()
    {
        lock (_gate)
        {
            var turn = new Turn();
            _turns.Enqueue(turn);
            return turn;
        }
    }

    /// <summary>Adds jobs in the place that was kept for them: they begin when all are known that come before.</summary>
    public void Add(Turn turn, IReadOnlyList<ActiveJob> jobs)
    {
        lock (_gate)
        {
            turn.Jobs = jobs;
            while (_turns.TryPeek(out var first) && first.Jobs is { } next)
            {
                _turns.Dequeue();
                foreach (var job in next) _waiting.Enqueue(new Start(job));
            }

            Appoint();
        }
    }

    /// <summary>Adds jobs that come next, since no call that is under way can have taken an earlier one.</summary>
    public void Add(IReadOnlyList<ActiveJob> jobs)
    {
        lock (_gate)
        {
            foreach (var job in jobs) _waiting.Enqueue(new Start(job));
            Appoint();
        }
    }

    /// <summary>Adds one that comes next.</summary>
    public void Add(Start start)
    {
        lock (_gate)
        {
            _waiting.Enqueue(start);
            Appoint();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _watch.Dispose();
        }
    }

    private void Appoint()
    {
        if (_waiting.Count == 0) return;
        if (_inCharge == Nobody) AppointAnother();
        else if (!_isWatched) WatchAgain();
    }

    private void AppointAnother()
    {
        _inCharge = ++_appointed == Nobody ? ++_appointed : _appointed;
        // In line it may be this thread that goes on as soon as it has nothing else to do.
        ThreadPool.QueueUserWorkItem(static appointed => appointed.Starts.BeginAll(appointed.Number), (Starts: this, Number: _inCharge), preferLocal: !_handsOn);
    }

    private void BeginAll(int number)
    {
        var seriesBegan = Stopwatch.GetTimestamp();
        while (TakeNext(number, out var start, out var isFollowed))
        {
            var begun = Stopwatch.GetTimestamp();
            // The last one may keep this thread for long.
            if (!isFollowed || Stopwatch.GetElapsedTime(seriesBegan, begun) >= ShortSeries) EndSeries();
            else Volatile.Write(ref _seriesThread, Environment.CurrentManagedThreadId);
            _begin(start);
            // What is recorded of an attempt that has failed already takes its time, and is to be sent in the order of starts, too.
            Weigh(start.Active.ReturnedAt is > 0 and var returned ? Stopwatch.GetElapsedTime(begun, returned) : Stopwatch.GetElapsedTime(begun));
        }

        EndSeries();
    }

    private void EndSeries()
    {
        if (!IsWithinSeries) return;
        Volatile.Write(ref _seriesThread, Nobody);
        _rest();
    }

    private bool TakeNext(int number, out Start start, out bool isFollowed)
    {
        lock (_gate)
        {
            (start, isFollowed) = (default, false);
            if (number != _inCharge) return false;
            if (!_waiting.TryDequeue(out start) || _handsOn) _inCharge = Nobody;
            if (start.Active is null) return false;
            _begunAt = Stopwatch.GetTimestamp();
            isFollowed = _waiting.Count > 0 && _weight == 0;
            Appoint();
            return true;
        }
    }

    private void Weigh(TimeSpan took)
    {
        lock (_gate)
        {
            _weight = Math.Clamp(_weight + (took < LongBeginning ? -1 : WeightOfLong), 0, MostWeight);
            if (_weight is 0 or MostWeight) _handsOn = _weight == MostWeight;
        }
    }

    private void WatchAgain()
    {
        if (_isOver) return;
        _isWatched = true;
        _watch.Change(Patience / 2, Timeout.InfiniteTimeSpan);
    }

    private void Watch()
    {
        lock (_gate)
        {
            _isWatched = false;
            if (_waiting.Count == 0) return;
            if (_inCharge != Nobody && Stopwatch.GetElapsedTime(_begunAt) >= Patience)
            {
                (_weight, _handsOn) = (MostWeight, true);
                AppointAnother();
            }

            WatchAgain();
        }

        // One in the middle of a series may have kept its thread.
        _rest();
    }

    /// <summary>A place in the order of starts.</summary>
    public sealed class Turn
    {
        /// <summary>The jobs; null until they are known.</summary>
        public IReadOnlyList<ActiveJob>? Jobs { get; set; }
    }
}
