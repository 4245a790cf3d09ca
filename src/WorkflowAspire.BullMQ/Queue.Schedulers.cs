using System.Diagnostics;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Scheduling;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// Job schedulers: what makes a job again and again.
public sealed partial class Queue
{
    private const long SchedulerJobIdCollision = -10;
    private const long SchedulerJobSlotsBusy = -11;

    /// <summary>
    /// Makes a scheduler, or changes the one of this id, and adds its next job. The job after that is added when a worker takes that one,
    /// and so on: a worker that falls behind leaves times out, and there is never more than one job of a scheduler that waits.
    /// </summary>
    /// <param name="jobSchedulerId">The scheduler's id, unique in the queue.</param>
    /// <param name="repeatOptions">When the jobs come.</param>
    /// <param name="template">What the jobs are like; null for empty ones named as the scheduler.</param>
    /// <param name="ct">Ends the wait; a scheduler that is on its way by then is made all the same.</param>
    /// <returns>The next job; null where the options allow no (more) job, and nothing was changed.</returns>
    /// <exception cref="ArgumentException">An option is missing, outside its range or contradicts another, or the pattern or the time zone is not known.</exception>
    /// <exception cref="InvalidOperationException">Jobs that are there already have the ids of the next ones.</exception>
    public async Task<Job?> UpsertJobSchedulerAsync(
        string jobSchedulerId, RepeatOptions repeatOptions, JobSchedulerTemplate? template = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobSchedulerId);
        ArgumentNullException.ThrowIfNull(repeatOptions);
        ct.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        repeatOptions.Validate();
        if (repeatOptions.EndDate < now) throw new ArgumentException($"The end date {repeatOptions.EndDate:O} is over already.", nameof(repeatOptions));
        var upsert = new SchedulerUpsert(jobSchedulerId, repeatOptions, template, template?.Options ?? _options.DefaultJobOptions ?? new JobOptions());
        try
        {
            if (!await upsert.FindNextAsync(now, _time.LocalTimeZone, _options.RepeatStrategy).ConfigureAwait(false)) return null;
        }
        catch (FormatException error) when (_options.RepeatStrategy is null)
        {
            throw new ArgumentException($"The pattern '{repeatOptions.Pattern}' can't be read: {error.Message}", nameof(repeatOptions), error);
        }
        catch (Exception error) when (error is TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            throw new ArgumentException($"The time zone '{repeatOptions.Tz}' is not known on this machine.", nameof(repeatOptions), error);
        }

        using var activity = OperationActivity.Start("add", Name, ActivityKind.Producer, template?.Name ?? jobSchedulerId);
        try
        {
            upsert.TraceMetadata = TraceMetadata.OfCurrent(activity);
            var result = await _connection.RunAsync(Script.UpsertJobScheduler, [SchedulerKey(jobSchedulerId)], upsert.Arguments(now)).WaitAsync(ct).ConfigureAwait(false);
            if (result.Resp2Type != ResultType.Array) throw Refused(jobSchedulerId, (long)result);
            var made = (RedisResult[])result!;
            activity?.SetTag(TelemetryAttributes.JobSchedulerId, jobSchedulerId).SetTag(TelemetryAttributes.JobId, (string)made[0]!);
            return upsert.ToJob(_connection, (string)made[0]!, now, TimeSpan.FromMilliseconds((long)made[1]));
        }
        catch (Exception error)
        {
            OperationActivity.Fail(activity, error);
            throw;
        }
    }

    /// <summary>Ends a scheduler and removes the job that it has delayed. A job of it that waits or runs already stays, as its last.</summary>
    /// <returns>False where the queue has no such scheduler.</returns>
    public async Task<bool> RemoveJobSchedulerAsync(string jobSchedulerId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobSchedulerId);
        ct.ThrowIfCancellationRequested();
        return (long)await _connection.RunAsync(Script.RemoveJobScheduler, [SchedulerKey(jobSchedulerId)], jobSchedulerId, 0).WaitAsync(ct).ConfigureAwait(false) == 1;
    }

    /// <summary>The scheduler of this id, or null.</summary>
    public async Task<JobScheduler?> GetJobSchedulerAsync(string jobSchedulerId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobSchedulerId);
        var next = Database.SortedSetScoreAsync(_keys.Of("repeat"), jobSchedulerId);
        var hash = Database.HashGetAllAsync(SchedulerKey(jobSchedulerId));
        return await next.WaitAsync(ct).ConfigureAwait(false) is { } millis
            ? SchedulerHash.Read(jobSchedulerId, millis, await hash.WaitAsync(ct).ConfigureAwait(false))
            : null;
    }

    /// <summary>The schedulers, the one whose newest job is due last first.</summary>
    /// <remarks>
    /// An entry without a scheduler behind it, which somebody's hand has left, is removed as Node's package does, and with it the job that it has delayed. One
    /// of the format before BullMQ 5's schedulers is listed (<see cref="JobScheduler.IsOldFormat"/>).
    /// </remarks>
    /// <param name="start">The first position, from 0; negative counts from the end.</param>
    /// <param name="end">The last position; -1 for the end.</param>
    /// <param name="ascending">The one that is due first comes first instead; positions count from there.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<JobScheduler>> GetJobSchedulersAsync(int start = 0, int end = -1, bool ascending = false, CancellationToken ct = default)
    {
        var database = Database;
        var entries = await database.SortedSetRangeByRankWithScoresAsync(_keys.Of("repeat"), start, end, ascending ? Order.Ascending : Order.Descending)
            .WaitAsync(ct).ConfigureAwait(false);
        var hashes = await Task.WhenAll(entries.Select(entry => database.HashGetAllAsync(SchedulerKey(entry.Element!)))).WaitAsync(ct).ConfigureAwait(false);
        var schedulers = entries.Zip(hashes, (entry, hash) => (Id: entry.Element.ToString(), Scheduler: SchedulerHash.Read(entry.Element!, entry.Score, hash))).ToList();
        foreach (var (id, _) in schedulers.Where(entry => entry.Scheduler is null))
            await _connection.RunAsync(Script.RemoveJobScheduler, [SchedulerKey(id)], id, 1).WaitAsync(ct).ConfigureAwait(false);
        return [.. schedulers.Select(entry => entry.Scheduler).OfType<JobScheduler>()];
    }

    /// <summary>How many schedulers the queue has, those of an old format included.</summary>
    public Task<long> GetJobSchedulersCountAsync(CancellationToken ct = default) => Database.SortedSetLengthAsync(_keys.Of("repeat")).WaitAsync(ct);

    private RedisKey SchedulerKey(string jobSchedulerId) => _keys.Of($"repeat:{jobSchedulerId}");

    private static InvalidOperationException Refused(string jobSchedulerId, long code) => new(code switch
    {
        SchedulerJobIdCollision => $"The next job of scheduler '{jobSchedulerId}' would have the id of a job that is there already; remove that job first.",
        SchedulerJobSlotsBusy => $"The next 32 times of scheduler '{jobSchedulerId}' all have jobs already; remove those jobs first.",
        _ => $"The scheduler '{jobSchedulerId}' was refused with {code}.",
    });
}
