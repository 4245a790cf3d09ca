using System.Text.Json;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Processors of a job `parent` that adds a child `kid` while it runs; the same as in node/processors.mjs.</summary>
internal static class ParentProcessors
{
    public static async Task<ReadOnlyMemory<byte>> RunAsync(string how, Job job, Queue queue)
    {
        var isParent = job.Id == "parent";
        switch (how)
        {
            case "park" when isParent:
                if (job.AttemptsStarted == 1)
                {
                    await SpawnAsync(job, queue);
                    if (await job.MoveToWaitingChildrenAsync()) throw new WaitingChildrenError();
                }

                return Json.Bytes(JsonSerializer.Serialize((await job.GetChildrenValuesAsync()).ToDictionary(kid => kid.Key, kid => JsonDocument.Parse(kid.Value))));
            case "parkForFailing" when isParent:
                await SpawnAsync(job, queue, failing: true);
                if (await job.MoveToWaitingChildrenAsync()) throw new WaitingChildrenError();
                return default;
            case "forget" when isParent:
                await SpawnAsync(job, queue);
                return job.Data;
            case "outlive" or "parkTooLate" when isParent:
                await SpawnAsync(job, queue, failing: true);
                await Eventually.Get(() => queue.GetJobStateAsync("kid"), state => state == JobState.Failed);
                if (how == "parkTooLate") await job.MoveToWaitingChildrenAsync();
                return default;
            case "parkForOne" when isParent:
                await SpawnAsync(job, queue);
                var isParked = await job.MoveToWaitingChildrenAsync(new MoveToWaitingChildrenOptions { Child = new ParentOptions("other", job.QueueQualifiedName) });
                return Json.Bytes(isParked ? "true" : "false");
            case "park" or "forget" or "parkForOne":
                return job.Data;
            default:
                throw new InvalidOperationException("no kid");
        }
    }

    private static Task<Job> SpawnAsync(Job job, Queue queue, bool failing = false) => queue.AddAsync("work", Json.Bytes("\"kid\""), new JobOptions
    {
        JobId = "kid",
        Parent = new ParentOptions(job.Id, job.QueueQualifiedName),
        FailParentOnFailure = failing,
    });
}
