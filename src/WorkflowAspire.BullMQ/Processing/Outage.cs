using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>Tells the log once when Redis can't be used and once when it can again, however many calls fail meanwhile.</summary>
internal sealed partial class Outage(ILogger logger, string queueName, Notifications? notifications = null)
{
    private static readonly string[] PassingCodes =
    [
        "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MOVED", "ASK", "OOM", "BUSY", "MISCONF", "NOREPLICAS", "NOSCRIPT", "UNBLOCKED",
        "NOAUTH", "WRONGPASS", "NOPERM",
    ];

    private readonly HashSet<object> _failing = [];
    private volatile bool _isDown;

    // Not the job's fault: the same call may succeed later. RedisCommandException is a call that the client itself can't send now.
    public static bool IsConnectionError(Exception error) =>
        error is RedisConnectionException or RedisTimeoutException or TimeoutException or ObjectDisposedException or RedisCommandException
        || (error is RedisServerException server && IsPassing(server.Message));

    /// <summary>A part of the worker could not use Redis.</summary>
    public void Failed(object part, Exception error)
    {
        notifications?.Error(error);
        lock (_failing)
        {
            if (!_failing.Add(part) || _isDown) return;
            _isDown = true;
            if (IsConnectionError(error)) RedisUnavailable(logger, error, queueName, Reason(error));
            else CallFailed(logger, error, queueName, Reason(error));
        }
    }

    /// <summary>That part can use Redis. The outage is over when every part that failed can.</summary>
    public void Succeeded(object part)
    {
        if (!_isDown) return;
        lock (_failing)
        {
            _failing.Remove(part);
            if (!_isDown || _failing.Count > 0) return;
            _isDown = false;
            RedisAvailable(logger, queueName);
        }
    }

    /// <summary>That part tries no more; whichever calls next tells whether the outage is over.</summary>
    public void GaveUp(object part)
    {
        if (!_isDown) return;
        lock (_failing) _failing.Remove(part);
    }

    // The client's message says that there is no connection, the innermost one why: a certificate, a password, a host.
    private static string Reason(Exception error) => error.GetBaseException() is { } cause && cause != error ? $"{cause.Message} ({error.Message})" : error.Message;

    // Errors of a server that restarts, fails over, moves slots, is full or was given other rights.
    private static bool IsPassing(string message) => Array.Exists(PassingCodes, code => IsCode(message, code)) || Script.IsMissingRight(message);

    // Servers before Redis 7 put the code of an error in a script behind words of their own.
    private static bool IsCode(string message, string code) =>
        message.StartsWith(code, StringComparison.Ordinal) || (message.StartsWith("ERR ", StringComparison.Ordinal) && message.Contains($"-{code} ", StringComparison.Ordinal));

    [LoggerMessage(LogLevel.Error, "Redis is unavailable for queue {queue}, retrying: {error}")]
    private static partial void RedisUnavailable(ILogger logger, Exception exception, string queue, string error);

    [LoggerMessage(LogLevel.Error, "A call for queue {queue} failed, retrying: {error}")]
    private static partial void CallFailed(ILogger logger, Exception exception, string queue, string error);

    [LoggerMessage(LogLevel.Information, "Redis is available again for queue {queue}")]
    private static partial void RedisAvailable(ILogger logger, string queue);
}
