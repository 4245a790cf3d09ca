using System.Globalization;
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
internal sealed record Exchanged(IReadOnlyList<ActiveJob> Taken, TimeSpan RateLimit, DateTimeOffset? NextDelayed);

/// <summary>Hands in all jobs that finished and takes as many new ones, in one script call.</summary>
internal sealed partial class Exchange(QueueConnection connection, WorkerOptions options, ILogger logger)
{
    private const int FieldsPerJob = 6;
    private const int JobGone = -1;

    private (string Token, long Asked)? _unanswered;
    private long _calls;

    /// <summary>The worker's own id, with which its tokens begin.</summary>
    public string WorkerId { get; } = Guid.NewGuid().ToString();

    /// <summary>Whether the last call may have taken effect without us knowing: <see cref="ReclaimAsync"/> tells.</summary>
    public bool IsAnswerMissing => _unanswered is not null;

    /// <param name="finished">The jobs to hand in.</param>
    /// <param name="count">How many to take at most.</param>
    /// <param name="repeated">Whether the finished jobs were handed in before, in a call whose answer was lost.</param>
    public async Task<Exchanged> RunAsync(IReadOnlyList<FinishedJob> finished, int count, bool repeated = false)
    {
        // A token of its own for each call: a job that this worker lost and takes again is fenced from its first attempt.
        var token = string.Create(CultureInfo.InvariantCulture, $"{WorkerId}:{_calls++}");
        var now = connection.Time.GetUtcNow();
        var asked = connection.Time.GetTimestamp();
        var arguments = new RedisValue[4 + (FieldsPerJob * finished.Count)];
        (arguments[0], arguments[1]) = (count, token);
        (arguments[2], arguments[3]) = ((long)options.LockDuration.TotalMilliseconds, options.Name ?? "");
        for (var i = 0; i < finished.Count; i++) Write(finished[i], arguments.AsSpan(4 + (FieldsPerJob * i), FieldsPerJob));

        if (count > 0) _unanswered = (token, asked);
        var reply = (RedisResult[])(await connection.RunAsync(Script.Complete, arguments).ConfigureAwait(false))!;
        _unanswered = null;
        await ReportAsync(finished, (long[])reply[0]!, repeated).ConfigureAwait(false);
        return Read((RedisResult[])reply[1]!, token, now, asked);
    }

    /// <summary>The jobs that the call without an answer took.</summary>
    public async Task<IReadOnlyList<ActiveJob>> ReclaimAsync()
    {
        if (_unanswered is not { } call) return [];
        var found = (RedisResult[])(await connection.RunAsync(Script.Reclaim, call.Token).ConfigureAwait(false))!;
        _unanswered = null;
        var jobs = new List<ActiveJob>(found.Length / 2);
        for (var i = 0; i < found.Length; i += 2)
            jobs.Add(new ActiveJob(JobHash.Read(connection, (string)found[i]!, (RedisValue[])found[i + 1]!), call.Token, call.Asked));
        return jobs;
    }

    private void Write(FinishedJob finished, Span<RedisValue> arguments)
    {
        var keep = finished.Active.Job.Options.RemoveOnComplete ?? options.RemoveOnComplete ?? KeepJobs.All;
        arguments[0] = finished.Active.Job.Id;
        arguments[1] = finished.Active.Token;
        arguments[2] = finished.ReturnValue.IsEmpty ? "null" : finished.ReturnValue;
        KeepArguments.Write(keep, arguments[3..]);
    }

    private async Task ReportAsync(IReadOnlyList<FinishedJob> finished, long[] results, bool repeated)
    {
        for (var i = 0; i < results.Length; i++)
        {
            var job = finished[i].Active.Job;
            if (results[i] == 0 || (repeated && (results[i] == JobGone || await IsCompletedAsync(job.Id).ConfigureAwait(false))))
                JobMetrics.CountCompleted(connection.Keys.QueueName, job, connection.Time);
            else NotCompleted(logger, job.Id, job.Name, Refusal.Describe(results[i]));
        }
    }

    // Then the call whose answer was lost completed the job.
    private async Task<bool> IsCompletedAsync(string jobId)
    {
        var state = (string?)await connection.RunAsync(Script.GetState, jobId).ConfigureAwait(false);
        return JobStateNames.Parse(state) == JobState.Completed;
    }

    private Exchanged Read(RedisResult[] taken, string token, DateTimeOffset now, long asked)
    {
        var jobs = new List<ActiveJob>((taken.Length - 2) / 2);
        for (var i = 2; i < taken.Length; i += 2)
        {
            var id = (string)taken[i]!;
            var fields = (RedisValue[])taken[i + 1]!;
            if (fields.Length == 0) DataMissing(logger, id);
            else jobs.Add(new ActiveJob(JobHash.Read(connection, id, fields, now, options.Name), token, asked));
        }

        var nextDelayed = (string?)taken[1];
        return new Exchanged(jobs, TimeSpan.FromMilliseconds((long)taken[0]),
            string.IsNullOrEmpty(nextDelayed) ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)double.Parse(nextDelayed, CultureInfo.InvariantCulture)));
    }

    [LoggerMessage(LogLevel.Warning, "Job {jobId} ({name}) finished but could not be completed: {reason}")]
    private static partial void NotCompleted(ILogger logger, string jobId, string name, string reason);

    [LoggerMessage(LogLevel.Error, "Job {jobId} was dropped from its queue: its data is missing, so somebody removed the job's hash while it waited")]
    private static partial void DataMissing(ILogger logger, string jobId);
}
