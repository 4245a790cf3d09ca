namespace WorkflowAspire.BullMQ;

/// <summary>Something that happened in a queue, as its event stream tells it. What is not known here comes as a <see cref="CustomEvent"/>.</summary>
public abstract record QueueEvent
{
    private protected QueueEvent(EventFields fields) => (Id, Name, Fields) = (fields.Id, fields.Name, fields);

    /// <summary>The event's id in the stream, for example <c>1764020000000-0</c>: milliseconds of the server's clock and a counter. Ids only grow.</summary>
    public string Id { get; }

    /// <summary>The event's name as Node's package spells it, for example <c>retries-exhausted</c>.</summary>
    public string Name { get; }

    /// <summary>Every field of the event, the name aside, byte for byte as it is in the stream.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Fields { get; }

    /// <summary>The bytes of all fields' values.</summary>
    internal long Size => ((EventFields)Fields).Size;
}

/// <summary>Something that happened to one job.</summary>
public abstract record JobEvent : QueueEvent
{
    private protected JobEvent(EventFields fields)
        : base(fields) => JobId = fields.Text("jobId");

    /// <summary>The job's id. Bytes that are not UTF-8 read as U+FFFD here; <see cref="QueueEvent.Fields"/> has them as they are.</summary>
    public string JobId { get; }
}

/// <summary>
/// An event that a program published itself, one of a kind that is not known here, or one of BullMQ's that lacks a field or has none of a
/// number's form there (the log says so): its fields tell what it is.
/// </summary>
public sealed record CustomEvent : QueueEvent
{
    internal CustomEvent(EventFields fields)
        : base(fields)
    {
    }

    /// <summary>The text of a field; null where the event has no such field.</summary>
    public string? this[string field] => ((EventFields)Fields).TextOrNull(field);
}
