using System.Data.Common;
using StackExchange.Redis;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Looks for something once an interval. Where Redis or the database is away, the next look does it.</summary>
internal abstract class PeriodicSweep(TimeSpan interval, TimeProvider time) : BackgroundService
{
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception error) when (error is RedisException or DbException or TimeoutException)
            {
                Postpone(error);
            }
        }
    }

    protected TimeProvider Time => time;

    protected abstract Task SweepAsync(CancellationToken ct);

    /// <summary>Tells that this look had to be given up.</summary>
    protected abstract void Postpone(Exception error);
}
