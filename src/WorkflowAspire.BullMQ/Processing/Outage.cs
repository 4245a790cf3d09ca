using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Tells the log once when Redis can't be used and once when it can again, however many calls fail meanwhile.</summary>
internal sealed partial class Outage(ILogger logger, string queueName, Notifications? notifications = null)
{
    private readonly HashSet<object> _failing = [];
    private volatile bool _isDown;

    public static bool IsConnectionError(Exception error) =>
        error is RedisConnectionException or RedisTimeoutException or TimeoutException or ObjectDisposedException
        || (error is RedisServerException server && IsPassing(server.Message));

    /// <summary>A part of the worker could not use Redis.</summary>
    public void Failed(object part, Exception error)
    {
        notifications?.Error(error);
        lock (_failing)
        {
            if (!_failing.Add(part) || _failing.Count > 1) return;
            _isDown = true;
            if (IsConnectionError(error)) RedisUnavailable(logger, error, queueName, error.Message);
            else CallFailed(logger, error, queueName, error.Message);
        }
    }

    /// <summary>That part can use Redis. The outage is over when every part that failed can.</summary>
    public void Succeeded(object part)
    {
        if (!_isDown) return;
        lock (_failing)
        {
            if (!_failing.Remove(part) || _failing.Count > 0) return;
            _isDown = false;
            RedisAvailable(logger, queueName);
        }
    }

    // Errors of a server that restarts, fails over or is full: the same call may succeed later.
    private static bool IsPassing(string message) =>
        message.StartsWith("LOADING", StringComparison.Ordinal) || message.StartsWith("READONLY", StringComparison.Ordinal)
        || message.StartsWith("MASTERDOWN", StringComparison.Ordinal) || message.StartsWith("CLUSTERDOWN", StringComparison.Ordinal)
        || message.StartsWith("TRYAGAIN", StringComparison.Ordinal) || message.StartsWith("OOM", StringComparison.Ordinal)
        || message.StartsWith("BUSY", StringComparison.Ordinal) || message.StartsWith("UNBLOCKED", StringComparison.Ordinal);

    [LoggerMessage(LogLevel.Error, "Redis is unavailable for queue {queue}, retrying: {error}")]
    private static partial void RedisUnavailable(ILogger logger, Exception exception, string queue, string error);

    [LoggerMessage(LogLevel.Error, "A call for queue {queue} failed, retrying: {error}")]
    private static partial void CallFailed(ILogger logger, Exception exception, string queue, string error);

    [LoggerMessage(LogLevel.Information, "Redis is available again for queue {queue}")]
    private static partial void RedisAvailable(ILogger logger, string queue);
}
