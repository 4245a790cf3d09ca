using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Protocol;

/// <summary>Lets Node's package leave everything in a queue that it can leave.</summary>
internal static class BusyQueue
{
    public static async Task MakeAsync(NodeQueue queue)
    {
        await queue.ReadyAsync();
        await queue.CallAsync("setGlobalConcurrency", 7);
        await queue.CallAsync("setGlobalRateLimit", 1000, 60_000);
        await FinishAsync(queue);
        await StallAsync(queue);
        await KeepLastAsync(queue);

        await queue.CallAsync("upsertJobScheduler", "every", Json("""{"every":60000}"""), Json("""{"name":"n","data":{"x":1},"opts":{"attempts":2}}"""));
        await queue.CallAsync("upsertJobScheduler", "cron", Json("""{"pattern":"0 0 * * *","tz":"UTC","limit":5,"startDate":1700000000000,"endDate":4000000000000}"""));
        await queue.CallAsync("add", "work", 1, Json("""{"jobId":"mine"}"""));
        await queue.CallAsync("add", "work", 1, Json("""{"jobId":"mine"}"""));
        await queue.CallAsync("add", "work", 1, Json("""{"priority":3,"lifo":true}"""));
        await queue.CallAsync("add", "work", 1, Json("""{"delay":3600000,"timestamp":1700000000000}"""));
        await queue.CallAsync("remove", "mine");
        await queue.CallAsync("pause");
        await queue.CallAsync("clean", 0, 1, "failed");
        await queue.CallAsync("rateLimit", 60_000);
    }

    public static async Task MakeFlowAsync(NodeQueue queue, JobOptions childOptions, int attempts)
    {
        await queue.AddFlowAsync(childOptions);
        if (attempts > 0) await queue.ProcessAsync("failB", attempts);
    }

    private static async Task FinishAsync(NodeQueue queue)
    {
        var options = """
            {"attempts":2,"backoff":1,"keepLogs":3,"sizeLimit":100000,"stackTraceLimit":2,"removeOnComplete":false,"removeOnFail":{"age":3600},
             "deduplication":{"id":"once"},"telemetry":{"metadata":"{}","omitContext":true}}
            """;
        var id = (string)(await queue.CallAsync("add", "work", 1, Json(options)))!["id"]!;
        await queue.CallJobAsync(id, "updateProgress", 50);
        await queue.CallJobAsync(id, "log", "half of it");
        await queue.ProcessAsync("failOnce", 2, Json("""{"name":"busy","metrics":{"maxDataPoints":10}}"""));
        await queue.AddAsync(1);
        await queue.ProcessAsync("fail", 1, Json("""{"metrics":{"maxDataPoints":10}}"""));
    }

    private static async Task StallAsync(NodeQueue queue)
    {
        await queue.AddAsync(1);
        for (var stalls = 0; stalls < 2; stalls++)
        {
            await queue.RunAsync("handTake");
            await queue.RunAsync("handLoseLock", 0);
            await queue.RunAsync("handCheckStalled");
            await queue.RunAsync("handCheckStalled");
        }
    }

    private static async Task KeepLastAsync(NodeQueue queue)
    {
        var options = Json("""{"deduplication":{"id":"last","keepLastIfActive":true},"lifo":true}""");
        await queue.CallAsync("add", "work", 1, options);
        await queue.RunAsync("handTake");
        await queue.CallAsync("add", "work", 2, Json(options!.ToJsonString()));
    }

    private static JsonNode? Json(string json) => JsonNode.Parse(json);
}
