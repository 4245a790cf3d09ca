using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>
/// Keeps the locks of the active jobs. It has a thread and a connection of its own, neither of which needs the thread pool,
/// so that processors that occupy every thread of the pool can't stop it.
/// </summary>
internal sealed partial class LockRenewal : IAsyncDisposable
{
    private const int JobsPerCall = 1000;
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestCall = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<ActiveJob, bool> _jobs = new();
    private readonly ManualResetEventSlim _stopped = new();
    private readonly QueueKeys _keys;
    private readonly WorkerOptions _options;
    private readonly TimeSpan _dueAfter;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly Outage _outage;
    private readonly Notifications _notifications;
    private readonly ILogger _logger;
    private IConnectionMultiplexer? _connection;
    private Thread? _thread;
    private bool _isFailing;

    public LockRenewal(QueueKeys keys, WorkerOptions options, TimeProvider time, Outage outage, Notifications notifications, ILogger logger)
    {
        (_keys, _options, _time, _outage, _notifications, _logger) = (keys, options, time, outage, notifications, logger);
        _dueAfter = (options.LockRenewTime ?? (options.LockDuration / 2)) / 2;
        _interval = _dueAfter / 2;
    }

    public IEnumerable<ActiveJob> Jobs => _jobs.Keys;

    public async Task StartAsync(IConnectionMultiplexer redis)
    {
        // The client asks for this whenever it connects or reconnects, so it stays on: replies are read by a thread of the connection.
        ConnectionMultiplexer.SetFeatureFlag("DedicatedThreads", true);
        _connection = await OwnConnection.ConnectAsync(redis, _options, $"{_keys.ClientName}:locks", configuration =>
        {
            // While Redis is away a call fails at once, so that a lock that can't be kept is noticed before it runs out.
            configuration.BacklogPolicy = BacklogPolicy.FailFast;
            configuration.SyncTimeout = (int)TimeSpan.FromTicks(Math.Clamp(_interval.Ticks, ShortestCall.Ticks, LongestCall.Ticks)).TotalMilliseconds;
        }).ConfigureAwait(false);
        _thread = new Thread(Loop) { IsBackground = true, Name = $"bullmq locks {_keys.Base}" };
        // Without the activity that was current when the worker was started.
        _thread.UnsafeStart();
    }

    public void Track(ActiveJob job) => _jobs[job] = true;

    /// <returns>False where it was not tracked any more.</returns>
    public bool Release(ActiveJob job) => _jobs.TryRemove(job, out _);

    public async ValueTask DisposeAsync()
    {
        _stopped.Set();
        _thread?.Join();
        if (_connection is { } connection) await connection.DisposeAsync().ConfigureAwait(false);
        _stopped.Dispose();
    }

    private void Loop()
    {
        var database = _connection!.GetDatabase();
        while (!_stopped.Wait(_interval))
        {
            foreach (var due in _jobs.Keys.Where(IsDue).Chunk(JobsPerCall)) Try(() => Renew(database, due));
            Lose(_jobs.Keys.Where(RunsOut));
            // With nothing left to renew, the end of an outage would go unnoticed.
            if (_isFailing && _jobs.IsEmpty) Try(() => database.Ping());
        }
    }

    private bool IsDue(ActiveJob job) => _time.GetElapsedTime(job.LockedAt) >= _dueAfter;

    // Before the next look, that is: the attempt is cancelled while no other worker can have the job yet.
    private bool RunsOut(ActiveJob job) => _time.GetElapsedTime(job.LockedAt) + _interval >= _options.LockDuration;

    private void Renew(IDatabase database, ActiveJob[] jobs)
    {
        using var activity = OperationActivity.Start("extendLocks", _keys.QueueName);
        if (activity is { IsAllDataRequested: true })
            activity.SetTag(TelemetryAttributes.WorkerName, _options.Name).SetTag(TelemetryAttributes.WorkerJobsToExtendLocks, jobs.Select(job => job.Job.Id).ToArray());
        var asked = _time.GetTimestamp();
        var arguments = new RedisValue[3 + (2 * jobs.Length)];
        (arguments[0], arguments[1], arguments[2]) = (_keys.Base, _time.GetUtcNow().ToUnixTimeMilliseconds(), (long)_options.LockDuration.TotalMilliseconds);
        for (var i = 0; i < jobs.Length; i++) (arguments[3 + (2 * i)], arguments[4 + (2 * i)]) = (jobs[i].Job.Id, jobs[i].Token);
        var lost = ((long[])Script.ExtendLocks.Run(database, _keys.All, arguments)!).ToHashSet();
        for (var i = 0; i < jobs.Length; i++)
        {
            if (!lost.Contains(i)) jobs[i].Renewed(asked);
        }

        _notifications.LocksRenewed(() => [.. jobs.Where((_, position) => !lost.Contains(position)).Select(job => job.Job.Id)]);
        if (lost.Count > 0) Lose(jobs.Where((_, position) => lost.Contains(position)));
    }

    private void Try(Action call)
    {
        try
        {
            call();
            _isFailing = false;
            _outage.Succeeded(this);
        }
        catch (Exception error)
        {
            // Whatever it is: an exception that leaves this thread ends the process.
            _isFailing = true;
            _outage.Failed(this, error);
        }
    }

    private void Lose(IEnumerable<ActiveJob> jobs)
    {
        List<string>? ids = null;
        foreach (var job in jobs)
        {
            // A job that is being settled, or that its processor has parked, gives up its lock by itself.
            if (!_jobs.TryRemove(job, out _) || job.Job.IsParked) continue;
            LockLost(_logger, job.Job.Id, job.Job.Name);
            job.Lose();
            (ids ??= []).Add(job.Job.Id);
        }

        if (ids is not null) _notifications.LockRenewalFailed(ids);
    }

    [LoggerMessage(LogLevel.Warning, "Lost the lock of job {jobId} ({name}): its attempt is cancelled and its result will be dropped")]
    private static partial void LockLost(ILogger logger, string jobId, string name);
}
