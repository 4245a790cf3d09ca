using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Runs.Bench;

/// <summary>Hears of completed runs from the worker's own log, which costs no look at the database.</summary>
internal sealed class Completions : ILoggerProvider, ILogger
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    /// <summary>Ends when the run is completed and stored.</summary>
    public Task Of(Guid run) => _waiting.GetOrAdd(run, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Forget(Guid run) => _waiting.TryRemove(run, out _);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error) Console.Error.WriteLine($"{formatter(state, exception)} {exception}");
        if (eventId.Name != "Completed" || state is not IReadOnlyList<KeyValuePair<string, object?>> fields) return;
        foreach (var (name, value) in fields)
            if (name == "runId" && value is Guid run && _waiting.TryGetValue(run, out var waiting)) waiting.TrySetResult();
    }

    public void Dispose()
    {
    }
}
