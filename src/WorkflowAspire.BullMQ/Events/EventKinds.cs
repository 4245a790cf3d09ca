using System.Text.Json;

namespace WorkflowAspire.BullMQ;

/// <summary>Finds the type of an event by its name.</summary>
internal static class EventKinds
{
    /// <summary>The event of these fields; a <see cref="CustomEvent"/> where the name is not known, or a field that belongs to it is missing or no number.</summary>
    /// <remarks>What should be JSON and is none leaves the event of its kind: a job that ended has ended, whatever it returned.</remarks>
    /// <param name="fields">The event.</param>
    /// <param name="fault">What is wrong with it; null where all is well.</param>
    public static QueueEvent Read(EventFields fields, out string? fault)
    {
        var misfit = MisfitOf(fields);
        fault = misfit ?? fields.Name switch
        {
            "progress" => NotJson(fields, "data"),
            "completed" => NotJson(fields, "returnvalue"),
            _ => null,
        };
        return misfit is null ? Read(fields) : new CustomEvent(fields);
    }

    private static QueueEvent Read(EventFields fields) => fields.Name switch
    {
        "added" => new AddedEvent(fields),
        "duplicated" => new DuplicatedEvent(fields),
        "deduplicated" => new DeduplicatedEvent(fields),
        "debounced" => new DebouncedEvent(fields),
        "waiting" => new WaitingEvent(fields),
        "delayed" => new DelayedEvent(fields),
        "waiting-children" => new WaitingChildrenEvent(fields),
        "active" => new ActiveEvent(fields),
        "progress" => new ProgressEvent(fields),
        "stalled" => new StalledEvent(fields),
        "completed" => new CompletedEvent(fields),
        "failed" => new FailedEvent(fields),
        "retries-exhausted" => new RetriesExhaustedEvent(fields),
        "removed" => new RemovedEvent(fields),
        "drained" => new DrainedEvent(fields),
        "paused" => new PausedEvent(fields),
        "resumed" => new ResumedEvent(fields),
        "cleaned" => new CleanedEvent(fields),
        _ => new CustomEvent(fields),
    };

    private static string? MisfitOf(EventFields fields) => fields.Name switch
    {
        "" => fields.HasName ? null : "it has no field 'event'",
        "added" or "duplicated" or "deduplicated" or "debounced" or "waiting" or "waiting-children" or "active" or "stalled" or "removed" => Missing(fields, "jobId"),
        "failed" => Missing(fields, "jobId") ?? Missing(fields, "failedReason"),
        "delayed" => Missing(fields, "jobId") ?? Missing(fields, "delay") ?? NotANumber(fields, "delay"),
        "retries-exhausted" => Missing(fields, "jobId") ?? NotANumber(fields, "attemptsMade"),
        "cleaned" => NotANumber(fields, "count"),
        "progress" => Missing(fields, "jobId") ?? Missing(fields, "data"),
        "completed" => Missing(fields, "jobId") ?? Missing(fields, "returnvalue"),
        _ => null,
    };

    private static string? Missing(EventFields fields, string field) => fields.ContainsKey(field) ? null : $"it has no field '{field}'";

    private static string? NotANumber(EventFields fields, string field) =>
        fields.ContainsKey(field) && fields.Number(field) is null ? $"its field '{field}' is no number" : null;

    private static string? NotJson(EventFields fields, string field)
    {
        // However deep: Node's package reads it so, and whoever takes it has a limit of its own.
        var json = new Utf8JsonReader(fields[field].Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (json.Read())
            {
            }

            return null;
        }
        catch (JsonException error)
        {
            return $"its field '{field}' is no JSON ({error.Message})";
        }
    }
}
