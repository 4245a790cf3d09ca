using Microsoft.Extensions.Logging;

namespace WorkflowAspire.LocalHosting.Output;

/// <summary>Writes log messages as lines of a resource.</summary>
internal sealed class ResourceLogger(Action<string> write) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        write(exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception.Message}");
}
