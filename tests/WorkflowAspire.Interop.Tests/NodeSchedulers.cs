using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Job schedulers as a Node program makes them.</summary>
internal static class NodeSchedulers
{
    public static async Task<JsonNode?> TryUpsertSchedulerAsync(this NodeQueue queue, string id, RepeatOptions repeat, JobSchedulerTemplate? template = null) =>
        await queue.RunAsync("tryUpsert", id, Of(repeat), Of(template));

    public static async Task UpsertSchedulerWhileActiveAsync(this NodeQueue queue, string id, RepeatOptions repeat)
    {
        await queue.RunAsync("upsertWhileActive", id, Of(repeat), null);
        await queue.IdleAsync();
        await queue.CloseWorkerAsync();
    }

    public static async Task PromoteIterationAsync(this NodeQueue queue) => await queue.RunAsync("promote", queue.Iterations()[^1]);

    public static Task AddRepeatableAsync(this NodeQueue queue, string options) => queue.AddAsync(JsonNode.Parse("""{"n":1}"""), JsonNode.Parse(options));

    public static JsonObject Of(RepeatOptions repeat)
    {
        var node = new JsonObject();
        if (repeat.Every is { } every) node["every"] = (long)every.TotalMilliseconds;
        if (repeat.Pattern is { } pattern) node["pattern"] = pattern;
        if (repeat.Tz is { } tz) node["tz"] = tz;
        if (repeat.Limit is { } limit) node["limit"] = limit;
        if (repeat.Count > 0) node["count"] = repeat.Count;
        if (repeat.StartDate is { } start) node["startDate"] = start.ToUnixTimeMilliseconds();
        if (repeat.EndDate is { } end) node["endDate"] = end.ToUnixTimeMilliseconds();
        if (repeat.Immediately) node["immediately"] = true;
        if (repeat.Offset > TimeSpan.Zero) node["offset"] = (long)repeat.Offset.TotalMilliseconds;
        return node;
    }

    private static JsonObject Of(JobSchedulerTemplate? template)
    {
        var node = new JsonObject();
        if (template?.Name is { } name) node["name"] = name;
        if (template?.Data is { } data) node["data"] = JsonNode.Parse(data.Span);
        if (template?.Options is { } options) node["opts"] = NodeOptions.Of(options);
        return node;
    }
}
