namespace WorkflowAspire.BullMQ;

// What can happen to a queue as a whole.

/// <summary><c>drained</c>: the last job was taken and finished; nothing waits.</summary>
public sealed record DrainedEvent : QueueEvent
{
    internal DrainedEvent(EventFields fields)
        : base(fields)
    {
    }
}

/// <summary><c>paused</c>: workers take nothing new.</summary>
public sealed record PausedEvent : QueueEvent
{
    internal PausedEvent(EventFields fields)
        : base(fields)
    {
    }
}

/// <summary><c>resumed</c>: workers take jobs again.</summary>
public sealed record ResumedEvent : QueueEvent
{
    internal ResumedEvent(EventFields fields)
        : base(fields)
    {
    }
}

/// <summary><c>cleaned</c>: old jobs were removed by the queue's <c>clean</c>.</summary>
public sealed record CleanedEvent : QueueEvent
{
    internal CleanedEvent(EventFields fields)
        : base(fields) => Count = fields.Number("count") ?? 0;

    /// <summary>How many.</summary>
    public long Count { get; }
}
