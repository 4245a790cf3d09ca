using System.Text.Json;

namespace WorkflowAspire.BullMQ;

public sealed partial record JobOptions
{
    /// <summary>These options, with the queue's defaults for what they leave open. An id is never a default: it is one job's own.</summary>
    public JobOptions WithDefaults(JobOptions? defaults) => defaults is null ? this : WithRuleOf(defaults) with
    {
        Attempts = Attempts ?? defaults.Attempts,
        Backoff = Backoff ?? defaults.Backoff,
        Delay = Delay ?? defaults.Delay,
        Priority = Priority ?? defaults.Priority,
        Lifo = Lifo ?? defaults.Lifo,
        RemoveOnComplete = RemoveOnComplete ?? defaults.RemoveOnComplete,
        RemoveOnFail = RemoveOnFail ?? defaults.RemoveOnFail,
        StackTraceLimit = StackTraceLimit ?? defaults.StackTraceLimit,
        KeepLogs = KeepLogs ?? defaults.KeepLogs,
        SizeLimit = SizeLimit ?? defaults.SizeLimit,
        Timestamp = Timestamp ?? defaults.Timestamp,
        Parent = Parent ?? defaults.Parent,
        Deduplication = Deduplication ?? defaults.Deduplication,
        Telemetry = Telemetry ?? defaults.Telemetry,
        RepeatJobKey = RepeatJobKey ?? defaults.RepeatJobKey,
        Others = Merge(Others, defaults.Others),
    };

    private static Dictionary<string, JsonElement>? Merge(Dictionary<string, JsonElement>? own, Dictionary<string, JsonElement>? defaults)
    {
        if (own is null || defaults is null) return own ?? defaults;
        var merged = new Dictionary<string, JsonElement>(defaults);
        foreach (var (name, value) in own) merged[name] = value;
        return merged;
    }
}
