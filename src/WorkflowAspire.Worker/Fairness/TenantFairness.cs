using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows;

namespace WorkflowAspire.Worker.Fairness;

/// <summary>Keeps each tenant within its limits: a run that is beyond them is parked, so that it holds no slot of a worker and costs no attempt.</summary>
internal sealed partial class TenantFairness
{
    // A longer sleep would outlast a change of the limits.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);

    private readonly TenantLimits _limits;
    private readonly TenantLine _line;
    private readonly TenantPlaces _places;
    private readonly TenantTurns _turns;
    private readonly Postponement _postponement;
    private readonly FairnessOutage _outage;
    private readonly TimeSpan _fallback;
    private readonly TimeProvider _time;
    private readonly ILogger<TenantFairness> _logger;
    private readonly Counter<long> _parked;

    public TenantFairness(
        TenantLimits limits, TenantLine line, TenantPlaces places, TenantTurns turns, Postponement postponement, FairnessOutage outage, IOptions<FairnessOptions> options,
        IMeterFactory meters, TimeProvider time, ILogger<TenantFairness> logger)
    {
        (_limits, _line, _places, _turns, _postponement, _outage) = (limits, line, places, turns, postponement, outage);
        (_fallback, _time, _logger) = (options.Value.FallbackDelay, time, logger);
        _parked = meters.Create(WorkflowTelemetry.SourceName).CreateCounter<long>("workflow.tenant.parked", "{run}", "Runs put off because their tenant is at its limit.");
    }

    /// <summary>Gives a run one of its tenant's places, to be given back by disposing.</summary>
    /// <exception cref="DelayedError">The tenant is at its limit; the job has been put off.</exception>
    public async Task<IAsyncDisposable> EnterAsync(Job job, Guid tenantId, CancellationToken ct)
    {
        if (_limits.Of(tenantId) is not { } limit) return Place.Unlimited;
        switch (await AskAsync(job, tenantId, limit))
        {
            case Admission.Refused refused:
                await ParkAsync(job, tenantId, limit, refused, ct);
                throw new DelayedError();
            case Admission.Granted { Next: { } next }:
                _places.Hold(job.Id, tenantId);
                await _turns.TimeAsync(next);
                break;
            default:
                _places.Hold(job.Id, tenantId);
                break;
        }

        return new Place(this, tenantId, limit, job.Id);
    }

    public static bool IsOutage(Exception error) => error is RedisException or TimeoutException or ObjectDisposedException;

    // A run is rather executed beyond its tenant's limit than not at all.
    private async Task<Admission?> AskAsync(Job job, Guid tenantId, TenantLimit limit)
    {
        try
        {
            var admission = await _line.EnterAsync(tenantId, limit, job.Id, job.Timestamp);
            _outage.Succeeded();
            return admission;
        }
        catch (Exception error) when (IsOutage(error))
        {
            _outage.Failed(error);
            return null;
        }
    }

    private async Task ParkAsync(Job job, Guid tenantId, TenantLimit limit, Admission.Refused refused, CancellationToken ct)
    {
        var sleep = SleepOf(refused);
        await _postponement.PutOffAsync(job, _time.GetUtcNow() + sleep, ct);
        _parked.Add(1, new KeyValuePair<string, object?>("reason", refused.ForPlace ? "concurrency" : "rate"));
        Parked(_logger, job.Id, tenantId, (long)sleep.TotalMilliseconds);
        // Only now: whoever wakes a job in line must find it delayed.
        await _turns.GiveAsync(() => _line.ParkAsync(tenantId, limit, job.Id, job.Timestamp));
    }

    // Whoever comes by itself wakes those before it, so only the first need to come soon: 10,000 parked runs must not keep the workers busy.
    private TimeSpan SleepOf(Admission.Refused refused)
    {
        var fallback = refused.ForPlace ? _fallback * (1 + (refused.Ahead / 10.0)) : TimeSpan.Zero;
        if (refused.Wait >= fallback && refused.Wait < LongestSleep) return refused.Wait;
        return (fallback < LongestSleep ? fallback : LongestSleep) * (0.8 + (0.4 * Random.Shared.NextDouble()));
    }

    private async ValueTask LeaveAsync(Guid tenantId, TenantLimit limit, string jobId)
    {
        _places.Release(jobId);
        await _turns.GiveAsync(() => _line.LeaveAsync(tenantId, limit, jobId));
    }

    [LoggerMessage(LogLevel.Debug, "Workflow run parked: its tenant is at its limit")]
    private static partial void Parked(ILogger logger, string jobId, Guid tenantId, long delayMs);

    private sealed class Place(TenantFairness? fairness, Guid tenantId, TenantLimit? limit, string jobId) : IAsyncDisposable
    {
        public static readonly Place Unlimited = new(null, default, null, "");

        public ValueTask DisposeAsync() => fairness is null ? ValueTask.CompletedTask : fairness.LeaveAsync(tenantId, limit!, jobId);
    }
}
