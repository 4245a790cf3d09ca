using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>The options as a Node program would write them, with only what was chosen.</summary>
internal static class NodeOptions
{
    public static JsonObject Of(JobOptions options)
    {
        var node = new JsonObject();
        if (options.JobId is { } id) node["jobId"] = id;
        if (options.Attempts is { } attempts) node["attempts"] = attempts;
        if (options.Backoff is { } backoff) node["backoff"] = Of(backoff);
        if (options.Delay is { } delay) node["delay"] = (long)delay.TotalMilliseconds;
        if (options.Priority is { } priority) node["priority"] = priority;
        if (options.Lifo is { } lifo) node["lifo"] = lifo;
        if (options.RemoveOnComplete is { } onComplete) node["removeOnComplete"] = Of(onComplete);
        if (options.RemoveOnFail is { } onFail) node["removeOnFail"] = Of(onFail);
        if (options.StackTraceLimit is { } limit) node["stackTraceLimit"] = limit;
        if (options.KeepLogs is { } lines) node["keepLogs"] = lines;
        if (options.SizeLimit is { } size) node["sizeLimit"] = size;
        if (options.Timestamp is { } timestamp) node["timestamp"] = timestamp.ToUnixTimeMilliseconds();
        if (options.RepeatJobKey is { } key) node["repeatJobKey"] = key;
        if (options.Deduplication is { } deduplication) node["deduplication"] = Of(deduplication);
        if (options.Telemetry is { } telemetry) node["telemetry"] = Of(telemetry);
        if (options.Parent is { } parent) node["parent"] = new JsonObject { ["id"] = parent.Id, ["queue"] = parent.Queue };
        if (options.FailParentOnFailure) node["failParentOnFailure"] = true;
        if (options.ContinueParentOnFailure) node["continueParentOnFailure"] = true;
        if (options.IgnoreDependencyOnFailure) node["ignoreDependencyOnFailure"] = true;
        if (options.RemoveDependencyOnFailure) node["removeDependencyOnFailure"] = true;
        foreach (var (name, value) in options.Others ?? []) node[name] = JsonNode.Parse(value.GetRawText());
        return node;
    }

    private static JsonObject Of(BackoffOptions backoff)
    {
        var node = new JsonObject { ["type"] = backoff.Type, ["delay"] = (long)backoff.Delay.TotalMilliseconds };
        if (backoff.Jitter > 0) node["jitter"] = backoff.Jitter;
        return node;
    }

    private static JsonObject Of(DeduplicationOptions deduplication)
    {
        var node = new JsonObject { ["id"] = deduplication.Id };
        if (deduplication.Ttl is { } ttl) node["ttl"] = (long)ttl.TotalMilliseconds;
        if (deduplication.Extend) node["extend"] = true;
        if (deduplication.Replace) node["replace"] = true;
        if (deduplication.Reschedule) node["reschedule"] = true;
        if (deduplication.KeepLastIfActive) node["keepLastIfActive"] = true;
        return node;
    }

    private static JsonObject Of(JobTelemetry telemetry)
    {
        var node = new JsonObject();
        if (telemetry.Metadata is { } metadata) node["metadata"] = metadata;
        if (telemetry.OmitContext is { } omits) node["omitContext"] = omits;
        return node;
    }

    private static JsonNode Of(KeepJobs keep) => keep switch
    {
        { RemovalLimit: { } limit } => new JsonObject { ["age"] = (long)keep.MaxAge!.Value.TotalSeconds, ["count"] = keep.MaxCount, ["limit"] = limit },
        { MaxAge: { } age, MaxCount: >= 0 } => new JsonObject { ["age"] = (long)age.TotalSeconds, ["count"] = keep.MaxCount },
        { MaxAge: { } age } => new JsonObject { ["age"] = (long)age.TotalSeconds },
        { MaxCount: 0 } => true,
        { MaxCount: < 0 } => false,
        _ => keep.MaxCount,
    };
}
