using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>What Node's tools see of our queues.</summary>
public class InspectionTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task Node_lists_and_counts_our_jobs_in_every_state(int version)
    {
        await StartWorker((job, _) => Task.FromResult(Processors.Run(Json.Text(job.Data).Trim('"'), job)));
        await Reaches((await Add(data: "\"echo\"")).Id, JobState.Completed);
        await Reaches((await Add(data: "\"fail\"")).Id, JobState.Failed);
        await Queue.PauseAsync();
        await Add(data: "\"waits\"");
        await Add(new JobOptions { Priority = 3 }, "\"prioritized\"");
        await Add(new JobOptions { Delay = TimeSpan.FromHours(1) }, "\"delayed\"");

        var counts = await Node(version).GetJobCountsAsync();

        foreach (var (state, data) in new[] { ("completed", "echo"), ("failed", "fail"), ("waiting", "waits"), ("prioritized", "prioritized"), ("delayed", "delayed") })
        {
            counts[state]!.GetValue<int>().ShouldBe(1, state);
            (await Node(version).GetJobsAsync(state)).Select(job => job!["data"]!.GetValue<string>()).ShouldBe([data], state);
        }

        (await Node(version).GetJobsAsync("failed"))[0]!["failedReason"]!.GetValue<string>().ShouldBe("no 0");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task The_runbook_reads_the_dead_letter_queue_through_Nodes_getJobs(int version)
    {
        await StartWorker("fail", new WorkerOptions
        {
            DeadLetter = new DeadLetterOptions
            {
                QueueName = $"{Queue.Name}-dlq",
                Create = (job, error) => new DeadLetterJob("dead", Json.Bytes($$"""{"runId":"{{job.Id}}","errorMessage":"{{error.Message}}"}""")),
            },
        });
        await Add(new JobOptions { JobId = "run-1" });
        await Reaches("run-1", JobState.Failed);

        var letters = NodeNamed(version, $"{Queue.Name}-dlq");
        var letter = (await letters.GetJobsAsync("waiting", "completed")).ShouldHaveSingleItem()!;
        await letters.CloseAsync();

        letter["id"]!.GetValue<string>().ShouldBe("run-1");
        letter["data"]!["errorMessage"]!.GetValue<string>().ShouldBe("no 0");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Each_side_lists_the_workers_of_the_other(int version)
    {
        await StartWorker("echo", new WorkerOptions { Name = "net" });
        await Node(version).StartWorkerAsync("echo", new JsonObject { ["name"] = "node" });

        var listed = await Eventually.Get(() => Node(version).GetWorkersAsync(), workers => workers.Count == 2);

        listed.Select(worker => worker!["rawname"]!.GetValue<string>().Split(":w:")[1]).Order().ShouldBe(["net", "node"]);
        (await Queue.GetWorkersAsync()).Select(worker => worker.Name).Order().ShouldBe(["net", "node"]);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Nodes_QueueEvents_hears_what_our_worker_does(int version)
    {
        await Node(version).ListenAsync();
        await StartWorker("failOnce");
        var failing = await Add();
        await Reaches(failing.Id, JobState.Failed);
        var retried = await Add(new JobOptions { Attempts = 2 });
        await Reaches(retried.Id, JobState.Completed);

        var events = await Eventually.Get(() => Node(version).EventsAsync(), seen => Of(seen, retried.Id, "completed") is not null);

        Of(events, failing.Id, "failed")!["failedReason"]!.GetValue<string>().ShouldBe("no 0");
        Of(events, failing.Id, "retries-exhausted")!["attemptsMade"]!.ToString().ShouldBe("1");
        Of(events, retried.Id, "completed")!["returnvalue"]!.GetValue<string>().ShouldBe("ok");
        events.Where(seen => (string?)seen!["jobId"] == retried.Id).Select(seen => (string)seen!["event"]!)
            .ShouldBe(["added", "waiting", "active", "waiting", "active", "completed"]);
    }

    private static JsonNode? Of(JsonArray events, string jobId, string name) =>
        events.FirstOrDefault(seen => (string?)seen!["jobId"] == jobId && (string?)seen["event"] == name);
}
