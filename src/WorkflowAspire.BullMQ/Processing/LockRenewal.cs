using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>
/// Keeps the locks of the active jobs. It has a thread of its own and calls Redis synchronously, so that processors
/// that occupy every thread of the pool can't stop it.
/// </summary>
internal sealed partial class LockRenewal : IDisposable
{
    private const int JobsPerCall = 1000;

    private readonly ConcurrentDictionary<ActiveJob, bool> _jobs = new();
    private readonly ManualResetEventSlim _stopped = new();
    private readonly QueueKeys _keys;
    private readonly IDatabase _database;
    private readonly TimeSpan _lockDuration;
    private readonly TimeProvider _time;
    private readonly Outage _outage;
    private readonly ILogger _logger;
    private readonly Thread _thread;

    public LockRenewal(QueueKeys keys, IDatabase database, TimeSpan lockDuration, TimeProvider time, Outage outage, ILogger logger)
    {
        (_keys, _database, _lockDuration, _time, _outage, _logger) = (keys, database, lockDuration, time, outage, logger);
        _thread = new Thread(Loop) { IsBackground = true, Name = $"bullmq locks {keys.Base}" };
    }

    public IEnumerable<ActiveJob> Jobs => _jobs.Keys;

    public void Start() => _thread.Start();

    public void Track(ActiveJob job) => _jobs[job] = true;

    public void Release(ActiveJob job) => _jobs.TryRemove(job, out _);

    public void Dispose()
    {
        _stopped.Set();
        if (_thread.IsAlive) _thread.Join();
        _stopped.Dispose();
    }

    private void Loop()
    {
        while (!_stopped.Wait(_lockDuration / 4))
        {
            foreach (var due in _jobs.Keys.Where(IsDue).Chunk(JobsPerCall)) Renew(due);
        }
    }

    private bool IsDue(ActiveJob job) => !job.IsLost && _time.GetElapsedTime(job.LockedAt) >= _lockDuration / 5;

    private void Renew(ActiveJob[] jobs)
    {
        var asked = _time.GetTimestamp();
        var arguments = new RedisValue[3 + (2 * jobs.Length)];
        (arguments[0], arguments[1], arguments[2]) = (_keys.Base, _time.GetUtcNow().ToUnixTimeMilliseconds(), (long)_lockDuration.TotalMilliseconds);
        for (var i = 0; i < jobs.Length; i++) (arguments[3 + (2 * i)], arguments[4 + (2 * i)]) = (jobs[i].Job.Id, jobs[i].Token);
        try
        {
            var lost = ((string[])Script.ExtendLocks.Run(_database, _keys.All, arguments)!).ToHashSet(StringComparer.Ordinal);
            _outage.Succeeded();
            foreach (var job in jobs)
            {
                if (!lost.Contains(job.Job.Id)) job.Renewed(asked);
                else if (_jobs.ContainsKey(job)) Lose(job);
            }
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            _outage.Failed(error);
            foreach (var job in jobs.Where(job => _time.GetElapsedTime(job.LockedAt) >= _lockDuration)) Lose(job);
        }
    }

    private void Lose(ActiveJob job)
    {
        // A job that is being settled gives up its lock by itself.
        if (!_jobs.TryRemove(job, out _)) return;
        job.Lose();
        LockLost(_logger, job.Job.Id, job.Job.Name);
    }

    [LoggerMessage(LogLevel.Warning, "Lost the lock of job {jobId} ({name}): its attempt is cancelled and its result will be dropped")]
    private static partial void LockLost(ILogger logger, string jobId, string name);
}
