namespace WorkflowAspire.Worker.Execution;

/// <summary>What is logged of a worker's stop, by whatever takes its runs.</summary>
internal static partial class StopLog
{
    [LoggerMessage(LogLevel.Information, "Worker stopping")]
    public static partial void Stopping(ILogger logger, string queue, double timeoutSeconds, string worker);

    [LoggerMessage(LogLevel.Information, "Worker stopped")]
    public static partial void Stopped(ILogger logger, string queue, string worker);
}
