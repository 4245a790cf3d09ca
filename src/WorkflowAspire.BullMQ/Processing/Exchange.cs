using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>A job whose processor has returned.</summary>
internal readonly record struct FinishedJob(ActiveJob Active, ReadOnlyMemory<byte> ReturnValue);

/// <summary>What an exchange brought.</summary>
/// <param name="Taken">Jobs that are this worker's now.</param>
/// <param name="RateLimit">How long the queue's rate limit forbids to take more; zero for not at all.</param>
/// <param name="NextDelayed">When the next delayed job is due; null if there is none, or jobs are left to take.</param>
internal sealed record Exchanged(IReadOnlyList<ActiveJob> Taken, TimeSpan RateLimit, DateTimeOffset? NextDelayed)
{
    /// <summary>When it was; null unless nothing but a new job would let the caller take more.</summary>
    public Moment? Moment { get; init; }

    public Job? FirstJob => Taken is [var first, ..] ? first.Job : null;

    /// <summary>Jobs that could not be completed because of their children, and so fail.</summary>
    public IReadOnlyList<(ActiveJob Active, Exception Error)> Refused { get; init; } = [];
}

/// <summary>Hands in all jobs that finished and takes as many new ones, in one script call.</summary>
internal sealed partial class Exchange(
    QueueConnection connection, WorkerOptions options, Settlement settlement, Iterations iterations, Notifications notifications, ILogger logger)
{
    private const int HeaderFields = 8;
    private const int GroupFields = 7;
    private const int JobGone = -1;

    private readonly RedisKey[] _metricsKeys = options.Metrics is null ? [] : [connection.Keys.Of("metrics:completed"), connection.Keys.Of("metrics:completed:data")];
    private readonly RedisValue _limiterMax = options.Limiter?.Max ?? (RedisValue)"";
    private readonly RedisValue _limiterDuration = options.Limiter is { } limiter ? (long)limiter.Duration.TotalMilliseconds : "";
    private readonly RedisValue _lockMilliseconds = (long)options.LockDuration.TotalMilliseconds;
    private readonly RedisValue _metricsPoints = options.Metrics?.MaxDataPoints ?? (RedisValue)"";
    // The six fields of every job, and those that taking adds: processedOn, ats and, for a worker with a name, pb.
    private readonly RedisValue _plainLength = options.Name is null or "" ? 8 : 9;
    private (string Token, long Asked)? _unanswered;
    private long _calls;

    /// <summary>What records how the jobs that are taken here end when they don't complete.</summary>
    public Settlement Settlement => settlement;

    /// <summary>The worker's own id, with which its tokens begin.</summary>
    public string WorkerId { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Whether the last call may have taken effect without us knowing: <see cref="ReclaimAsync"/> tells.</summary>
    public bool IsAnswerMissing => _unanswered is not null;

    /// <summary>An exchange without a worker behind it.</summary>
    public static Exchange Alone(QueueConnection connection, WorkerOptions options, ILogger logger)
    {
        var notifications = new Notifications(options, "", logger);
        var outage = new Outage(logger, "");
        var settlement = new Settlement(connection, options, outage, notifications, logger, CancellationToken.None);
        return new Exchange(connection, options, settlement, new Iterations(connection, options, outage, logger), notifications, logger);
    }

    /// <param name="finished">The jobs to hand in.</param>
    /// <param name="count">How many to take at most.</param>
    /// <param name="repeated">Whether the finished jobs were handed in before, in a call whose answer was lost.</param>
    public async Task<Exchanged> RunAsync(IReadOnlyList<FinishedJob> finished, int count, bool repeated = false)
    {
        var token = NextToken();
        var now = connection.Time.GetUtcNow();
        var asked = connection.Time.GetTimestamp();
        if (count > 0) _unanswered = (token, asked);
        var reply = await CallAsync(finished, count, token, now).ConfigureAwait(false);
        // A call that takes nothing says nothing of an earlier one.
        if (count > 0) _unanswered = null;
        var answered = connection.Time.GetTimestamp();
        var refused = await ReportAsync(finished, (RedisResult[])reply[0]!, now, repeated).ConfigureAwait(false);
        var taken = (RedisResult[])reply[1]!;
        var exchanged = Read(taken, token, now, asked);
        if (ServerTimeOf(taken) is { } serverTime) exchanged = exchanged with { Moment = Moment.Within(now, asked, answered, serverTime, connection.Time) };
        return refused is null ? exchanged : exchanged with { Refused = refused };
    }

    /// <summary>
    /// Takes one job in a call that the server makes once it has answered an earlier one on the same connection, for which it may take its time.
    /// </summary>
    /// <param name="behind">The queue on that connection.</param>
    /// <param name="earlier">A moment before, by which the server reckons the worker's time of the call.</param>
    public async Task<Exchanged> TakeLaterAsync(QueueConnection behind, Moment earlier)
    {
        var (token, asked) = (NextToken(), connection.Time.GetTimestamp());
        _unanswered = (token, asked);
        var reply = (RedisResult[])(await behind.RunAtAsync(earlier.Now, Script.Take, [.. TakeArguments(1, token), earlier.ServerTimeOfItsMillisecond]).ConfigureAwait(false))!;
        _unanswered = null;
        var taken = (RedisResult[])reply[1]!;
        var moment = ServerTimeOf(taken) is { } serverTime ? earlier.At(serverTime, connection.Time) : earlier;
        // Whatever has become of the server's clock.
        var locked = Math.Clamp(moment.Timestamp, asked, connection.Time.GetTimestamp());
        var exchanged = Read(taken, token, moment.Now, locked);
        return exchanged with { Moment = exchanged is { NextDelayed: null } && exchanged.RateLimit == TimeSpan.Zero ? moment : null };
    }

    /// <summary>The same for a program that takes and hands in jobs itself, one at a time, with tokens of its own.</summary>
    /// <returns>What the script answered for the finished job (0 where there is none), and what it took.</returns>
    public async Task<(long Result, Exchanged Exchanged)> RunManuallyAsync(FinishedJob? finished, int count, string token)
    {
        var (now, asked) = (connection.Time.GetUtcNow(), connection.Time.GetTimestamp());
        var reply = await CallAsync(finished is { } job ? [job] : [], count, token, now).ConfigureAwait(false);
        var result = ((RedisResult[])reply[0]!) is [var answer] ? Accepted(answer) : 0;
        if (result == 0 && finished is { } completed) Complete(completed.Active.Job, completed.ReturnValue, now);
        var exchanged = Read((RedisResult[])reply[1]!, token, now, asked);
        if (exchanged.FirstJob?.RepeatJobKey is not null) await iterations.AddNextOnceAsync(exchanged.Taken[0]).ConfigureAwait(false);
        return (result, exchanged);
    }

    /// <summary>Tells the worker's program how far a job is.</summary>
    public void TellProgress(Job job, JobProgress progress) => notifications.Progress(job, progress);

    /// <summary>The jobs that the call without an answer took.</summary>
    public async Task<IReadOnlyList<ActiveJob>> ReclaimAsync()
    {
        if (_unanswered is not { } call) return [];
        var found = (RedisResult[])(await connection.RunAsync(Script.Reclaim, call.Token).ConfigureAwait(false))!;
        _unanswered = null;
        var jobs = new List<ActiveJob>(found.Length / 2);
        for (var i = 0; i < found.Length; i += 2)
            jobs.Add(Take(JobHash.Read(connection, (string)found[i]!, (RedisValue[])found[i + 1]!), call.Token, call.Asked));
        return jobs;
    }

    // One of its own for each call: a job that this worker lost and takes again is fenced from its first attempt.
    private string NextToken() => string.Create(CultureInfo.InvariantCulture, $"{WorkerId}:{_calls++}");

    private async Task<RedisResult[]> CallAsync(IReadOnlyList<FinishedJob> finished, int count, string token, DateTimeOffset now)
    {
        if (finished.Count == 0) return (RedisResult[])(await connection.RunAtAsync(now, Script.Take, TakeArguments(count, token)).ConfigureAwait(false))!;
        var arguments = new List<RedisValue>(HeaderFields + GroupFields + (2 * finished.Count));
        arguments.AddRange([.. TakeArguments(count, token), _metricsPoints]);
        Write(finished, arguments);
        return (RedisResult[])(await connection.RunAtAsync(now, Script.Complete, _metricsKeys, CollectionsMarshal.AsSpan(arguments)).ConfigureAwait(false))!;
    }

    private RedisValue[] TakeArguments(int count, string token) => [count, token, _lockMilliseconds, options.Name ?? "", _limiterMax, _limiterDuration];

    private ActiveJob Take(Job job, string token, long asked)
    {
        job.TakenWith(token, this);
        return new ActiveJob(job, token, asked);
    }

    // As Complete.lua reads them. Most jobs have what the one before them has: it is said once for all that follow each other.
    private void Write(IReadOnlyList<FinishedJob> finished, List<RedisValue> arguments)
    {
        arguments.Add(finished.Count);
        foreach (var (active, _) in finished) arguments.Add(active.Job.Id);
        foreach (var (_, returnValue) in finished) arguments.Add(returnValue.IsEmpty ? "null" : returnValue);
        var (group, size) = (0, 0);
        (string Token, int Made, bool IsPlain, KeepJobs Keep) shared = default;
        Span<RedisValue> kept = new RedisValue[3];
        foreach (var (active, _) in finished)
        {
            var job = active.Job;
            // Nobody else counts an attempt while the lock is ours.
            var its = (active.Token, Made: job.AttemptsMade + 1, job.IsPlain, Keep: job.Options.RemoveOnComplete ?? options.RemoveOnComplete ?? KeepJobs.All);
            if (size == 0 || its != shared)
            {
                (group, size, shared) = (arguments.Count, 0, its);
                KeepArguments.Write(its.Keep, kept);
                arguments.AddRange([0, its.Token, its.Made, its.IsPlain ? _plainLength : "", .. kept]);
            }

            arguments[group] = ++size;
        }
    }

    private async Task<List<(ActiveJob, Exception)>?> ReportAsync(IReadOnlyList<FinishedJob> finished, RedisResult[] results, DateTimeOffset now, bool repeated)
    {
        // None where all are completed.
        if (results.Length == 0)
        {
            foreach (var (active, returnValue) in finished) CompletedNow(active, returnValue, now);
            return null;
        }

        List<(ActiveJob, Exception)>? refused = null;
        for (var i = 0; i < results.Length; i++)
        {
            var job = finished[i].Active.Job;
            if (results[i].Resp2Type == ResultType.BulkString)
            {
                NotCompleted(logger, job.Id, job.Name, (string?)results[i] ?? "");
                notifications.Error(Failure(results[i]));
                continue;
            }

            var result = 0L;
            if (results[i].Resp2Type == ResultType.Array)
            {
                ParentNotTold(logger, job.Id, job.Name, (string?)results[i][0] ?? "");
                notifications.Error(Failure(results[i][0]));
            }
            else
            {
                result = (long)results[i];
            }

            if (result == 0 || (repeated && (result == JobGone || await IsCompletedAsync(job.Id).ConfigureAwait(false))))
            {
                CompletedNow(finished[i].Active, finished[i].ReturnValue, now);
                continue;
            }

            if (Refusal.FailureOf(job.Id, result) is { } failure)
            {
                (refused ??= []).Add((finished[i].Active, failure));
                continue;
            }

            NotCompleted(logger, job.Id, job.Name, Refusal.Describe(result));
            notifications.Error(Refusal.Of(result, job.Id, connection.Keys, "completed"));
        }

        return refused;
    }

    private void CompletedNow(ActiveJob active, ReadOnlyMemory<byte> returnValue, DateTimeOffset now)
    {
        OperationActivity.Tell("complete", connection.Keys.QueueName, active.Attempt, active.Job, now);
        Complete(active.Job, returnValue, now);
        notifications.Completed(active.Job, returnValue);
    }

    private void Complete(Job job, ReadOnlyMemory<byte> returnValue, DateTimeOffset now)
    {
        JobMetrics.CountCompleted(connection.Keys.QueueName, job, connection.Time);
        job.Completed(returnValue, now);
    }

    // A hash that the server refuses comes with the server's own words.
    private static long Accepted(RedisResult result) => result.Resp2Type switch
    {
        ResultType.Integer => (long)result,
        ResultType.Array => 0,
        _ => throw Failure(result),
    };

    private static RedisServerException Failure(RedisResult words) => new(RedisErrorKind.Unknown, CommandFlags.None, (string?)words ?? "");

    // Then the call whose answer was lost completed the job.
    private async Task<bool> IsCompletedAsync(string jobId)
    {
        var state = (string?)await connection.RunAsync(Script.GetState, jobId).ConfigureAwait(false);
        return JobStateNames.Parse(state) == JobState.Completed;
    }

    private Exchanged Read(RedisResult[] taken, string token, DateTimeOffset now, long asked)
    {
        var jobs = new List<ActiveJob>();
        SharedFields? shared = null;
        // As Take.lua writes them.
        for (var i = 3; i < taken.Length;)
        {
            if (taken[i].Resp2Type == ResultType.Array)
            {
                shared = SharedFields.Read((RedisValue[])taken[i++]!);
                continue;
            }

            var id = (string)taken[i++]!;
            if (taken[i].Resp2Type != ResultType.Array)
            {
                jobs.Add(Take(JobHash.Read(connection, id, shared!, (RedisValue)taken[i], (RedisValue)taken[i + 1], now, options.Name), token, asked));
                i += 2;
                continue;
            }

            var fields = (RedisValue[])taken[i++]!;
            if (fields.Length == 0) DataMissing(logger, id);
            else jobs.Add(Take(JobHash.Read(connection, id, fields, now, options.Name), token, asked));
        }

        var nextDelayed = (RedisValue)taken[1];
        return new Exchanged(jobs, TimeSpan.FromMilliseconds((long)taken[0]), nextDelayed.IsNullOrEmpty ? null : AnyForm.Date((double)nextDelayed));
    }

    private static long? ServerTimeOf(RedisResult[] taken) => ((RedisValue)taken[2]).TryParse(out long time) ? time : null;

    [LoggerMessage(LogLevel.Warning, "Job {jobId} ({name}) finished but could not be completed: {reason}")]
    private static partial void NotCompleted(ILogger logger, string jobId, string name, string reason);

    [LoggerMessage(LogLevel.Error, "Job {jobId} ({name}) completed, but Redis refused to tell its parent: {reason}")]
    private static partial void ParentNotTold(ILogger logger, string jobId, string name, string reason);

    [LoggerMessage(LogLevel.Error, "Job {jobId} was dropped from its queue: its data is missing, so somebody removed the job's hash while it waited")]
    private static partial void DataMissing(ILogger logger, string jobId);
}
