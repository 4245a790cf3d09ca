using System.Text.Json;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Adding;

/// <summary>A job on its way into the queue, and whoever waits for its id.</summary>
internal sealed class PendingAdd(NewJob job, JobOptions options, DateTimeOffset now)
{
    public const int PlainArguments = 8;

    private readonly TaskCompletionSource<Job> _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset _timestamp = options.Timestamp ?? now;

    public Task<Job> Added => _added.Task;

    /// <summary>Whether the job concerns others: its parent, those it keeps out, its scheduler.</summary>
    public bool IsRelated => options is not { Parent: null, Deduplication: null, RepeatJobKey: null };

    public int Bytes => job.Data.Length;

    /// <summary>Writes what Add.lua reads for each job, or the one more that AddRelated.lua reads.</summary>
    public void WriteTo(Span<RedisValue> arguments)
    {
        arguments[0] = options.JobId ?? "";
        arguments[1] = job.Name;
        arguments[2] = job.Data;
        arguments[3] = JsonSerializer.SerializeToUtf8Bytes(options, BullMQJsonContext.Default.JobOptions);
        arguments[4] = _timestamp.ToUnixTimeMilliseconds();
        arguments[5] = (long)(options.Delay ?? TimeSpan.Zero).TotalMilliseconds;
        arguments[6] = options.Priority ?? 0;
        arguments[7] = options.Lifo == true ? 1 : 0;
        if (arguments.Length > PlainArguments) arguments[PlainArguments] = RareArguments.Of(options);
    }

    /// <summary>Tells who waits what the script returned for this job: its id, or why it was refused.</summary>
    public void Settle(QueueConnection connection, RedisResult result)
    {
        if (result.Resp2Type == ResultType.Array)
        {
            var reason = ((string[])result!)[0];
            _added.TrySetException(new RedisServerException(RedisErrorKind.Unknown, CommandFlags.None, Script.Add.Explain(reason) ?? reason));
            return;
        }

        if (result.Resp2Type == ResultType.Integer)
        {
            _added.TrySetException(FlowRefusal.Of((long)result, connection.Keys, options));
            return;
        }

        _added.TrySetResult(new Job(connection, (string)result!, job.Name)
        {
            Data = job.Data,
            Options = options,
            Timestamp = _timestamp,
            Delay = options.Delay ?? TimeSpan.Zero,
            Priority = options.Priority ?? 0,
            DeduplicationId = options.Deduplication?.Id,
            RepeatJobKey = options.RepeatJobKey,
            ParentKey = options.Parent?.Key,
            Parent = ParentKeys.Of(options),
        });
    }

    public void Fail(Exception error) => _added.TrySetException(error);
}
