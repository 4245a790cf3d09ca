using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>Reads a job from the fields of its Redis hash.</summary>
internal static class JobHash
{
    /// <param name="connection">The queue that the job is in.</param>
    /// <param name="id">The job's id.</param>
    /// <param name="fields">Field, value, field, value … as HGETALL returns them.</param>
    /// <param name="takenAt">When this worker took the job; null where the hash was only read.</param>
    /// <param name="takenBy">The name of the worker that took it.</param>
    public static Job Read(QueueConnection connection, string id, ReadOnlySpan<RedisValue> fields, DateTimeOffset? takenAt = null, string? takenBy = null)
    {
        RedisValue name = default, data = default, opts = default, returnValue = default, failedReason = default, stacktrace = default;
        RedisValue processedBy = default, deferredFailure = default, deduplicationId = default, repeatJobKey = default, parentKey = default, parent = default, progress = default;
        long timestamp = 0, delay = 0, priority = 0, attemptsMade = 0, attemptsStarted = 0, stalled = 0, processedOn = 0, finishedOn = 0;
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var value = fields[i + 1];
            switch ((string?)fields[i])
            {
                case "name": name = value; break;
                case "data": data = value; break;
                case "opts": opts = value; break;
                case "timestamp": timestamp = Number(value); break;
                case "delay": delay = Number(value); break;
                case "priority": priority = Number(value); break;
                case "atm": attemptsMade = Number(value); break;
                case "ats": attemptsStarted = Number(value); break;
                case "stc": stalled = Number(value); break;
                case "processedOn": processedOn = Number(value); break;
                case "finishedOn": finishedOn = Number(value); break;
                case "returnvalue": returnValue = value; break;
                case "failedReason": failedReason = value; break;
                case "stacktrace": stacktrace = value; break;
                case "pb": processedBy = value; break;
                case "defa": deferredFailure = value; break;
                case "deid": deduplicationId = value; break;
                case "rjk": repeatJobKey = value; break;
                case "parentKey": parentKey = value; break;
                case "parent": parent = value; break;
                case "progress": progress = value; break;
            }
        }

        return new Job(connection, id, name.IsNull ? "" : name.ToString())
        {
            Data = Bytes(data) ?? "{}"u8.ToArray(),
            Options = ReadOptions(opts),
            Timestamp = Time(timestamp) ?? DateTimeOffset.UnixEpoch,
            Delay = Milliseconds(delay),
            Priority = AnyForm.Count(priority),
            DeduplicationId = deduplicationId.IsNull ? null : deduplicationId.ToString(),
            RepeatJobKey = repeatJobKey.IsNull ? null : repeatJobKey.ToString(),
            AttemptsMade = AnyForm.Count(attemptsMade),
            // The script reads the hash before it counts this start.
            AttemptsStarted = AnyForm.Count(attemptsStarted + (takenAt is null ? 0d : 1)),
            StalledCounter = AnyForm.Count(stalled),
            ProcessedOn = takenAt ?? Time(processedOn),
            FinishedOn = Time(finishedOn),
            ReturnValue = Bytes(returnValue),
            FailedReason = failedReason.IsNull ? null : failedReason.ToString(),
            Stacktrace = ReadStacktrace(stacktrace),
            ProcessedBy = takenBy ?? (processedBy.IsNull ? null : processedBy.ToString()),
            Progress = progress.IsNull ? default : JobProgress.FromJson((byte[])progress!),
            DeferredFailure = deferredFailure.IsNull ? null : deferredFailure.ToString(),
            ParentKey = parentKey.IsNullOrEmpty ? null : parentKey.ToString(),
            Parent = ParentKeys.Read(parent),
        };
    }

    /// <summary>A job that is taken for the first time and has nothing but the fields of every job.</summary>
    public static Job Read(QueueConnection connection, string id, SharedFields shared, RedisValue timestamp, RedisValue data, DateTimeOffset takenAt, string? takenBy) =>
        new(connection, id, shared.Name)
        {
            Data = (ReadOnlyMemory<byte>)data,
            Options = shared.NextOptions(),
            Timestamp = Time(Number(timestamp)) ?? DateTimeOffset.UnixEpoch,
            Delay = shared.Delay,
            Priority = shared.Priority,
            AttemptsStarted = 1,
            ProcessedOn = takenAt,
            ProcessedBy = takenBy,
            IsPlain = true,
        };

    // Spelled out: in a conditional expression null would become an empty memory and not an absent one.
    public static ReadOnlyMemory<byte>? Bytes(RedisValue value)
    {
        if (value.IsNull) return null;
        return (ReadOnlyMemory<byte>)value;
    }

    // Lua may have written a number with a fraction or an exponent; somebody else, what is none.
    public static long Number(RedisValue value) =>
        value.TryParse(out long whole) ? whole
        : double.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? (long)real : 0;

    public static TimeSpan Milliseconds(long delay) => TimeSpan.FromMilliseconds(Math.Clamp(delay, 0, (long)TimeSpan.MaxValue.TotalMilliseconds));

    private static DateTimeOffset? Time(long milliseconds) =>
        milliseconds <= 0 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static JobOptions ReadOptions(RedisValue json)
    {
        if (json.IsNullOrEmpty) return new JobOptions();
        try
        {
            return JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)json).Span, BullMQJsonContext.Default.JobOptions) ?? new JobOptions();
        }
        catch (Exception error) when (error is JsonException or ArgumentException or OverflowException or InvalidOperationException)
        {
            // Options of a form that BullMQ never writes: the job runs with the defaults rather than blocking its queue.
            return new JobOptions();
        }
    }

    private static List<string> ReadStacktrace(RedisValue json)
    {
        if (json.IsNullOrEmpty) return [];
        try
        {
            return JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)json).Span, BullMQJsonContext.Default.ListString) ?? [];
        }
        catch (JsonException)
        {
            return [json.ToString()];
        }
    }
}
