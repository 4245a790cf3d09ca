using StackExchange.Redis;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Hears which runs are called off. What it misses, for instance while Redis is away, a run's next checkpoint notices.</summary>
internal sealed partial class CancellationListener(IConnectionMultiplexer redis, RunningAttempts attempts, ILogger<CancellationListener> logger) : IHostedService
{
    private readonly RedisChannel _channel = RedisChannel.Literal(RunCancellation.Channel);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(_channel, Hear);
        }
        catch (RedisServerException refused)
        {
            NotAllowed(logger, refused, RunCancellation.Channel, refused.Message);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            // The subscription is noted and made as soon as there is a connection.
            NotHeardYet(logger, error);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetSubscriber().UnsubscribeAsync(_channel, Hear);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            NotHeardYet(logger, error);
        }
    }

    private void Hear(RedisChannel channel, RedisValue message)
    {
        if (Guid.TryParse((string?)message, out var runId)) attempts.Cancel(runId);
    }

    [LoggerMessage(LogLevel.Warning, "Redis refuses the channel {channel} ({error}): cancelled runs stop with their next step only; give the worker's user the right")]
    private static partial void NotAllowed(ILogger logger, Exception exception, string channel, string error);

    [LoggerMessage(LogLevel.Debug, "The channel of cancelled runs can't be used while Redis is away")]
    private static partial void NotHeardYet(ILogger logger, Exception exception);
}
