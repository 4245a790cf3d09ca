using System.Runtime.InteropServices;

namespace WorkflowAspire.Evaluator;

/// <summary>Looks at a task from outside: tells it to stop when its time is up, and ends the process when it doesn't, or when the host is gone.</summary>
/// <remarks>Time is the processor's, so that a busy machine fails nobody's expression.</remarks>
internal sealed partial class Watch : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly Timer _timer;
    private readonly Action _onRefusal;
    private readonly Lock _lock = new();
    private readonly int _host = ParentId();
    private CancellationTokenSource? _task;
    private TimeSpan _limit;
    private TimeSpan _begun;

    /// <param name="onRefusal">Called on another thread when the task doesn't stop; it ends the process.</param>
    public Watch(Action onRefusal)
    {
        _onRefusal = onRefusal;
        _timer = new Timer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A task begins.</summary>
    /// <returns>Cancelled when its time is up.</returns>
    public CancellationToken Begin(TimeSpan limit)
    {
        lock (_lock)
        {
            _task = new CancellationTokenSource();
            (_limit, _begun) = (limit, Environment.CpuUsage.TotalTime);
            var first = limit < Period ? limit : Period;
            _timer.Change(first, first);
            return _task.Token;
        }
    }

    /// <summary>The task has ended.</summary>
    /// <returns>Whether its time was up.</returns>
    public bool End()
    {
        lock (_lock)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            var late = _task is { IsCancellationRequested: true };
            _task?.Dispose();
            _task = null;
            return late;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _task?.Dispose();
    }

    private void Look()
    {
        lock (_lock)
        {
            if (_task is null) return;
            if (ParentId() != _host) Environment.Exit(0);
            var used = Environment.CpuUsage.TotalTime - _begun;
            if (used >= _limit + Grace) _onRefusal();
            else if (used >= _limit) _task.Cancel();
        }
    }

    private static int ParentId() => OperatingSystem.IsWindows() ? 0 : GetParentId();

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentId();
}
