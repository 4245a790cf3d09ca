using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>The options as a Node program would write them, with only what was chosen.</summary>
internal static class NodeOptions
{
    public static JsonObject Of(JobOptions options)
    {
        var node = new JsonObject();
        if (options.JobId is { } id) node["jobId"] = id;
        if (options.Attempts > 0) node["attempts"] = options.Attempts;
        if (options.Backoff is { } backoff) node["backoff"] = new JsonObject { ["type"] = backoff.Type, ["delay"] = (long)backoff.Delay.TotalMilliseconds };
        if (options.Delay > TimeSpan.Zero) node["delay"] = (long)options.Delay.TotalMilliseconds;
        if (options.Priority > 0) node["priority"] = options.Priority;
        if (options.Lifo) node["lifo"] = true;
        if (options.RemoveOnComplete is { } onComplete) node["removeOnComplete"] = Of(onComplete);
        if (options.RemoveOnFail is { } onFail) node["removeOnFail"] = Of(onFail);
        if (options.StackTraceLimit is { } limit) node["stackTraceLimit"] = limit;
        if (options.Timestamp is { } timestamp) node["timestamp"] = timestamp.ToUnixTimeMilliseconds();
        return node;
    }

    private static JsonNode Of(KeepJobs keep) => keep switch
    {
        { MaxAge: { } age, MaxCount: >= 0 } => new JsonObject { ["age"] = (long)age.TotalSeconds, ["count"] = keep.MaxCount },
        { MaxAge: { } age } => new JsonObject { ["age"] = (long)age.TotalSeconds },
        { MaxCount: 0 } => true,
        { MaxCount: < 0 } => false,
        _ => keep.MaxCount,
    };
}
