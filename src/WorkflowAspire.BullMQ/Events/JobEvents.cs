using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// What can happen to a job, in the order of its life. Names are those of Node's package.

/// <summary><c>added</c>: a producer added the job.</summary>
public sealed record AddedEvent : JobEvent
{
    internal AddedEvent(EventFields fields)
        : base(fields) => JobName = fields.Text("name");

    /// <summary>The job's name.</summary>
    public string JobName { get; }
}

/// <summary><c>duplicated</c>: a job of this id was there already, so none was added.</summary>
public sealed record DuplicatedEvent : JobEvent
{
    internal DuplicatedEvent(EventFields fields)
        : base(fields)
    {
    }
}

/// <summary><c>deduplicated</c>: a job was not added, or took the place of another, because both have the same deduplication id.</summary>
public sealed record DeduplicatedEvent : JobEvent
{
    internal DeduplicatedEvent(EventFields fields)
        : base(fields) => (DeduplicationId, DeduplicatedJobId) = (fields.Text("deduplicationId"), fields.Text("deduplicatedJobId"));

    /// <summary>The deduplication id of both.</summary>
    public string DeduplicationId { get; }

    /// <summary>The job that was left out or replaced; <see cref="JobEvent.JobId"/> is the one that stays.</summary>
    public string DeduplicatedJobId { get; }
}

/// <summary><c>debounced</c>: BullMQ 5 tells it beside <see cref="DeduplicatedEvent"/>; BullMQ 6 no more.</summary>
public sealed record DebouncedEvent : JobEvent
{
    internal DebouncedEvent(EventFields fields)
        : base(fields) => DebounceId = fields.Text("debounceId");

    /// <summary>The deduplication id.</summary>
    public string DebounceId { get; }
}

/// <summary><c>waiting</c>: the job is ready to be taken.</summary>
public sealed record WaitingEvent : JobEvent
{
    internal WaitingEvent(EventFields fields)
        : base(fields) => Previous = fields.TextOrNull("prev");

    /// <summary>Where the job was before (<c>prev</c>), for example <c>delayed</c> or <c>active</c>; null for a new one.</summary>
    public string? Previous { get; }
}

/// <summary><c>delayed</c>: the job waits for its time.</summary>
public sealed record DelayedEvent : JobEvent
{
    internal DelayedEvent(EventFields fields)
        : base(fields) => Until = AnyForm.Date(fields.Number("delay") ?? 0);

    /// <summary>When the job is due (<c>delay</c>, which is a point in time and not a span).</summary>
    public DateTimeOffset Until { get; }
}

/// <summary><c>waiting-children</c>: the job waits for the children of its flow.</summary>
public sealed record WaitingChildrenEvent : JobEvent
{
    internal WaitingChildrenEvent(EventFields fields)
        : base(fields) => Previous = fields.TextOrNull("prev");

    /// <summary>Where the job was before (<c>prev</c>); null for a new one.</summary>
    public string? Previous { get; }
}

/// <summary><c>active</c>: a worker took the job.</summary>
public sealed record ActiveEvent : JobEvent
{
    internal ActiveEvent(EventFields fields)
        : base(fields) => Previous = fields.TextOrNull("prev");

    /// <summary>Where the job was before (<c>prev</c>); workers always say <c>waiting</c>.</summary>
    public string? Previous { get; }
}

/// <summary><c>progress</c>: the job's processor told how far it is.</summary>
public sealed record ProgressEvent : JobEvent
{
    internal ProgressEvent(EventFields fields)
        : base(fields) => Data = fields["data"];

    /// <summary>What it told: UTF-8 JSON, a number or an object. Where somebody wrote something else, it is that, and the log says so.</summary>
    public ReadOnlyMemory<byte> Data { get; }
}

/// <summary><c>stalled</c>: the job's worker vanished or lost the lock; the job waits again or fails.</summary>
public sealed record StalledEvent : JobEvent
{
    internal StalledEvent(EventFields fields)
        : base(fields)
    {
    }
}

/// <summary><c>completed</c>: the job is done.</summary>
public sealed record CompletedEvent : JobEvent
{
    internal CompletedEvent(EventFields fields)
        : base(fields) => (ReturnValue, Previous) = (fields["returnvalue"], fields.TextOrNull("prev"));

    /// <summary>What its processor returned: UTF-8 JSON, <c>null</c> where there is nothing. Where somebody wrote something else, it is that, and the log says so.</summary>
    public ReadOnlyMemory<byte> ReturnValue { get; }

    /// <summary>Where the job was before (<c>prev</c>): <c>active</c>.</summary>
    public string? Previous { get; }
}

/// <summary><c>failed</c>: the job failed for good.</summary>
public sealed record FailedEvent : JobEvent
{
    internal FailedEvent(EventFields fields)
        : base(fields) => (FailedReason, Previous) = (fields.Text("failedReason"), fields.TextOrNull("prev"));

    /// <summary>The message of its last failure.</summary>
    public string FailedReason { get; }

    /// <summary>Where the job was before (<c>prev</c>): <c>active</c>.</summary>
    public string? Previous { get; }
}

/// <summary><c>retries-exhausted</c>: the job failed for good, having had all its attempts; comes after <see cref="FailedEvent"/>.</summary>
public sealed record RetriesExhaustedEvent : JobEvent
{
    internal RetriesExhaustedEvent(EventFields fields)
        : base(fields) => AttemptsMade = (int)Math.Clamp(fields.Number("attemptsMade") ?? 0, int.MinValue, int.MaxValue);

    /// <summary>How many attempts it had.</summary>
    public int AttemptsMade { get; }
}

/// <summary><c>removed</c>: the job is gone.</summary>
public sealed record RemovedEvent : JobEvent
{
    internal RemovedEvent(EventFields fields)
        : base(fields) => Previous = fields.TextOrNull("prev");

    /// <summary>Where the job was before (<c>prev</c>), for example <c>wait</c> or <c>completed</c>.</summary>
    public string? Previous { get; }
}
