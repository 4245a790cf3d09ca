using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Tells the log once when Redis can't be used and once when it can again, however many calls fail meanwhile.</summary>
internal sealed partial class Outage(ILogger logger, string queueName)
{
    private int _isDown;

    public static bool IsConnectionError(Exception error) =>
        error is RedisConnectionException or RedisTimeoutException or TimeoutException or ObjectDisposedException
        || (error is RedisServerException server && IsPassing(server.Message));

    public void Failed(Exception error)
    {
        if (Interlocked.Exchange(ref _isDown, 1) == 0) RedisUnavailable(logger, error, queueName, error.Message);
    }

    public void Succeeded()
    {
        if (Volatile.Read(ref _isDown) == 1 && Interlocked.Exchange(ref _isDown, 0) == 1) RedisAvailable(logger, queueName);
    }

    // Errors of a server that restarts, fails over or is full: the same call may succeed later.
    private static bool IsPassing(string message) =>
        message.StartsWith("LOADING", StringComparison.Ordinal) || message.StartsWith("READONLY", StringComparison.Ordinal)
        || message.StartsWith("MASTERDOWN", StringComparison.Ordinal) || message.StartsWith("CLUSTERDOWN", StringComparison.Ordinal)
        || message.StartsWith("TRYAGAIN", StringComparison.Ordinal) || message.StartsWith("OOM", StringComparison.Ordinal)
        || message.StartsWith("BUSY", StringComparison.Ordinal) || message.StartsWith("UNBLOCKED", StringComparison.Ordinal);

    [LoggerMessage(LogLevel.Error, "Redis is unavailable for queue {queue}, retrying: {error}")]
    private static partial void RedisUnavailable(ILogger logger, Exception exception, string queue, string error);

    [LoggerMessage(LogLevel.Information, "Redis is available again for queue {queue}")]
    private static partial void RedisAvailable(ILogger logger, string queue);
}
