using System.Data.Common;
using StackExchange.Redis;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>
/// Looks for something once an interval. Where Redis or the database is away, the next look does it; whatever else goes wrong is reported, and ends
/// neither the loop nor the host.
/// </summary>
internal abstract partial class PeriodicSweep(TimeSpan interval, TimeProvider time, ILogger logger) : BackgroundService
{
    // So that what can't be mended is reported once, and not at each look.
    private readonly HashSet<Guid> _reported = [];

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception error) when (IsOutage(error))
            {
                Postpone(error);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LookFailed(logger, error, GetType().Name);
            }
        }
    }

    protected TimeProvider Time => time;

    protected abstract Task SweepAsync(CancellationToken ct);

    /// <summary>Tells that this look had to be given up.</summary>
    protected abstract void Postpone(Exception error);

    /// <summary>Sees to one run of a look; what is wrong with it alone is reported once and keeps none of the others.</summary>
    /// <param name="run">The run.</param>
    /// <param name="see">What is done about it.</param>
    /// <param name="ct">The look's token.</param>
    protected async Task SeeToAsync(Guid run, Func<Task> see, CancellationToken ct)
    {
        try
        {
            await see();
        }
        catch (Exception error) when (!IsOutage(error) && !ct.IsCancellationRequested)
        {
            bool isNew;
            lock (_reported) isNew = _reported.Add(run);
            if (isNew) RunFailed(logger, error, GetType().Name, run);
        }
    }

    protected static bool IsOutage(Exception error) => error is RedisException or DbException or TimeoutException;

    [LoggerMessage(LogLevel.Error, "A look of {sweep} failed; the next one tries again")]
    private static partial void LookFailed(ILogger logger, Exception exception, string sweep);

    [LoggerMessage(LogLevel.Error, "{sweep} can't see to a run, and goes on with the others")]
    private static partial void RunFailed(ILogger logger, Exception exception, string sweep, Guid runId);
}
