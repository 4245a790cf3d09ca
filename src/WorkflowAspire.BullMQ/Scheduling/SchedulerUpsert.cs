using System.Text.Json;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ.Scheduling;

/// <summary>A scheduler on its way into the queue, with its next job.</summary>
internal sealed class SchedulerUpsert
{
    private readonly string _id;
    private readonly RepeatOptions _repeat;
    private readonly JobOptions _options;
    private readonly string _name;
    private readonly ReadOnlyMemory<byte> _data;
    private DateTimeOffset? _due;

    /// <exception cref="ArgumentException">The job's options have what the scheduler chooses.</exception>
    public SchedulerUpsert(string id, RepeatOptions repeat, JobSchedulerTemplate? template, JobOptions options)
    {
        options.Validate();
        if (options.JobId is { } jobId) throw new ArgumentException($"The jobs of a scheduler have ids of its choice; leave out jobId '{jobId}'.", nameof(template));
        if (options.Delay > TimeSpan.Zero) throw new ArgumentException($"The jobs of a scheduler wait until they are due; leave out the delay of {options.Delay}.", nameof(template));
        if (options.Deduplication is { } deduplication)
            throw new ArgumentException($"A scheduler's next job must be added whatever its last one does; leave out deduplication '{deduplication.Id}'.", nameof(template));
        (_id, _repeat, _options) = (id, repeat, options);
        (_name, _data) = (template?.Name ?? id, template?.Data ?? "{}"u8.ToArray());
    }

    /// <summary>The trace that the scheduler's jobs go on with; null for none. The next ones have it from the first.</summary>
    public string? TraceMetadata { get; set; }

    /// <summary>False where the repeat options allow no job.</summary>
    /// <exception cref="FormatException">The pattern can't be read.</exception>
    /// <exception cref="TimeZoneNotFoundException">The time zone is not known on this machine.</exception>
    public async ValueTask<bool> FindNextAsync(DateTimeOffset now, TimeZoneInfo local, RepeatStrategy? strategy)
    {
        (var follows, _due) = await NextTime.FindAsync(_repeat, _name, previous: null, now, local, strategy).ConfigureAwait(false);
        return follows;
    }

    /// <summary>What UpsertJobScheduler.lua reads.</summary>
    public RedisValue[] Arguments(DateTimeOffset now)
    {
        var template = Template();
        List<RedisValue> arguments =
        [
            _id,
            _due is { } due ? due.ToUnixTimeMilliseconds() : "",
            _repeat.Every is { } every ? RepeatJson.Milliseconds(every) : "",
            _repeat.Every is not null && _repeat.Offset > TimeSpan.Zero ? RepeatJson.Milliseconds(_repeat.Offset) : "",
            _repeat.StartDate is { } start ? start.ToUnixTimeMilliseconds() : "",
            JobOptionsJson(template, now),
            _data,
            _name,
        ];
        Field("tz", _repeat.Tz);
        Field("limit", _repeat.Limit);
        Field("pattern", _repeat.Pattern);
        Field("startDate", _repeat.StartDate?.ToUnixTimeMilliseconds());
        Field("endDate", _repeat.EndDate?.ToUnixTimeMilliseconds());
        Field("every", _repeat.Every is { } interval ? RepeatJson.Milliseconds(interval) : RedisValue.Null);
        if (template.Count > 0) Field("opts", template.ToJsonString());
        if (!_data.Span.SequenceEqual("{}"u8)) Field("data", _data);
        return [.. arguments];

        void Field(RedisValue name, RedisValue value)
        {
            if (!value.IsNull) arguments.AddRange([name, value]);
        }
    }

    /// <summary>The job as it is read from the queue.</summary>
    public Job ToJob(QueueConnection connection, string id, DateTimeOffset now, TimeSpan delay) => new(connection, id, _name)
    {
        Data = _data,
        Options = JobHash.ReadOptions(JobOptionsJson(Template(), now)) with { JobId = id, Delay = delay },
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()),
        Delay = delay,
        Priority = _options.Priority ?? 0,
        RepeatJobKey = _id,
    };

    private JsonObject Template()
    {
        var template = (JsonObject)JsonSerializer.SerializeToNode(_options, BullMQJsonContext.Default.JobOptions)!;
        // Only what was chosen: an attempt count of 0 is what a job gets without.
        if (_options.Attempts is null) template.Remove("attempts");
        return template;
    }

    // The script adds the job's id and delay.
    private string JobOptionsJson(JsonObject template, DateTimeOffset now)
    {
        var options = (JsonObject)template.DeepClone();
        options["repeat"] = RepeatJson.Write(_repeat);
        options["timestamp"] = now.ToUnixTimeMilliseconds();
        options["repeatJobKey"] = _id;
        if (TraceMetadata is not null && _options.Telemetry is not ({ Metadata: not null } or { OmitContext: true })) options["tm"] = TraceMetadata;
        if (_due is { } due) options["prevMillis"] = due.ToUnixTimeMilliseconds();
        return options.ToJsonString();
    }
}
