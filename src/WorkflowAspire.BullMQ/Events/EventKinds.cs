namespace WorkflowAspire.BullMQ;

/// <summary>Finds the type of an event by its name.</summary>
internal static class EventKinds
{
    /// <summary>The event of these fields; a <see cref="CustomEvent"/> where the name is not known, or the fields that belong to it are missing.</summary>
    public static QueueEvent Read(EventFields fields) => fields.Name switch
    {
        "added" when fields.Has("jobId") => new AddedEvent(fields),
        "duplicated" when fields.Has("jobId") => new DuplicatedEvent(fields),
        "deduplicated" when fields.Has("jobId") => new DeduplicatedEvent(fields),
        "debounced" when fields.Has("jobId") => new DebouncedEvent(fields),
        "waiting" when fields.Has("jobId") => new WaitingEvent(fields),
        "delayed" when fields.Has("jobId", "delay") => new DelayedEvent(fields),
        "waiting-children" when fields.Has("jobId") => new WaitingChildrenEvent(fields),
        "active" when fields.Has("jobId") => new ActiveEvent(fields),
        "progress" when fields.Has("jobId", "data") => new ProgressEvent(fields),
        "stalled" when fields.Has("jobId") => new StalledEvent(fields),
        "completed" when fields.Has("jobId", "returnvalue") => new CompletedEvent(fields),
        "failed" when fields.Has("jobId", "failedReason") => new FailedEvent(fields),
        "retries-exhausted" when fields.Has("jobId") => new RetriesExhaustedEvent(fields),
        "removed" when fields.Has("jobId") => new RemovedEvent(fields),
        "drained" => new DrainedEvent(fields),
        "paused" => new PausedEvent(fields),
        "resumed" => new ResumedEvent(fields),
        "cleaned" => new CleanedEvent(fields),
        _ => new CustomEvent(fields),
    };
}
