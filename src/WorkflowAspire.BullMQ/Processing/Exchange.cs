using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Processing;

/// <summary>A job whose processor has returned.</summary>
internal readonly record struct FinishedJob(ActiveJob Active, ReadOnlyMemory<byte> ReturnValue);

/// <summary>What an exchange brought.</summary>
/// <param name="Taken">Jobs that are this worker's now.</param>
/// <param name="RateLimit">How long the queue's rate limit forbids to take more; zero for not at all.</param>
/// <param name="NextDelayed">When the next delayed job is due; null if there is none, or jobs are left to take.</param>
internal sealed record Exchanged(IReadOnlyList<ActiveJob> Taken, TimeSpan RateLimit, DateTimeOffset? NextDelayed);

/// <summary>Hands in all jobs that finished and takes as many new ones, in one script call.</summary>
internal sealed partial class Exchange(QueueKeys keys, IDatabase database, WorkerOptions options, TimeProvider time, ILogger logger)
{
    private const int FieldsPerJob = 6;

    private readonly string _workerId = Guid.NewGuid().ToString();
    private long _calls;

    public async Task<Exchanged> RunAsync(IReadOnlyList<FinishedJob> finished, int count)
    {
        // A token of its own for each call: a job that this worker lost and takes again is fenced from its first attempt.
        var token = string.Create(CultureInfo.InvariantCulture, $"{_workerId}:{_calls++}");
        var now = time.GetUtcNow();
        var asked = time.GetTimestamp();
        var arguments = new RedisValue[6 + (FieldsPerJob * finished.Count)];
        arguments[0] = keys.Base;
        arguments[1] = now.ToUnixTimeMilliseconds();
        arguments[2] = count;
        arguments[3] = token;
        arguments[4] = (long)options.LockDuration.TotalMilliseconds;
        arguments[5] = options.Name ?? "";
        for (var i = 0; i < finished.Count; i++) Write(finished[i], arguments.AsSpan(6 + (FieldsPerJob * i), FieldsPerJob));

        var reply = (RedisResult[])(await Script.Complete.RunAsync(database, keys.All, arguments).ConfigureAwait(false))!;
        Report(finished, (long[])reply[0]!);
        return Read((RedisResult[])reply[1]!, token, now, asked);
    }

    private void Write(FinishedJob finished, Span<RedisValue> arguments)
    {
        var keep = finished.Active.Job.Options.RemoveOnComplete ?? options.RemoveOnComplete ?? KeepJobs.All;
        arguments[0] = finished.Active.Job.Id;
        arguments[1] = finished.Active.Token;
        arguments[2] = finished.ReturnValue.IsEmpty ? "null" : finished.ReturnValue;
        KeepArguments.Write(keep, arguments[3..]);
    }

    private void Report(IReadOnlyList<FinishedJob> finished, long[] results)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] == 0) continue;
            var job = finished[i].Active.Job;
            NotCompleted(logger, job.Id, job.Name, Refusal.Describe(results[i]));
        }
    }

    private Exchanged Read(RedisResult[] taken, string token, DateTimeOffset now, long asked)
    {
        var jobs = new List<ActiveJob>((taken.Length - 2) / 2);
        for (var i = 2; i < taken.Length; i += 2)
        {
            var id = (string)taken[i]!;
            var fields = (RedisValue[])taken[i + 1]!;
            if (fields.Length == 0) DataMissing(logger, id);
            else jobs.Add(new ActiveJob(JobHash.Read(id, fields, now, options.Name), token, asked));
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
