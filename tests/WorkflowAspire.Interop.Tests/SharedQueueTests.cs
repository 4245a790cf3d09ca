using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>One side produces, the other works.</summary>
public class SharedQueueTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task Node_produces_and_our_worker_processes(int version)
    {
        JobOptions? options = null;
        string? data = null;
        await StartWorker((job, _) =>
        {
            (options, data) = (job.Options, Json.Text(job.Data));
            return Task.FromResult(Processors.Run("echo", job));
        }, new WorkerOptions { Name = "net" });

        var id = await Node(version).AddAsync(JsonNode.Parse("""{"text":"ünï ✓","n":1.5}"""), JsonNode.Parse(
            """{"attempts":3,"backoff":{"type":"exponential","delay":5000},"removeOnComplete":100,"removeOnFail":false,"keepLogs":7}"""));

        await Eventually.Get(() => Node(version).GetStateAsync(id), state => state == "completed");
        var seen = (await Node(version).GetJobAsync(id))!;
        seen["returnvalue"]!.ToJsonString().ShouldBe(JsonNode.Parse("""{"echo":{"text":"ünï ✓","n":1.5}}""")!.ToJsonString());
        seen["attemptsMade"]!.GetValue<int>().ShouldBe(1);
        seen["processedBy"]!.GetValue<string>().ShouldBe("net");
        (await Node(version).GetJobCountsAsync())["completed"]!.GetValue<int>().ShouldBe(1);
        data.ShouldBe("""{"text":"ünï ✓","n":1.5}""");
        options.ShouldNotBeNull();
        options.Attempts.ShouldBe(3);
        options.Backoff.ShouldBe(BackoffOptions.Exponential(TimeSpan.FromSeconds(5)));
        options.RemoveOnComplete.ShouldBe(KeepJobs.Count(100));
        options.RemoveOnFail.ShouldBe(KeepJobs.All);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task We_produce_and_a_Node_worker_processes(int version)
    {
        var job = await Add(new JobOptions { JobId = "run-1", Attempts = 3, Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)) }, """{"text":"ünï ✓"}""");

        await Node(version).ProcessAsync("echo", options: new JsonObject { ["name"] = "node" });

        var done = (await Queue.GetJobAsync(job.Id))!;
        JsonNode.Parse(Json.Text(done.ReturnValue!.Value))!["echo"]!["text"]!.GetValue<string>().ShouldBe("ünï ✓");
        done.ProcessedBy.ShouldBe("node");
        done.FinishedOn.ShouldNotBeNull();
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Completed);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_Node_worker_and_ours_share_a_queue_and_each_job_is_processed_once(int version)
    {
        var ours = 0;
        await Node(version).StartWorkerAsync("echo", new JsonObject { ["concurrency"] = 5 });
        await StartWorker((job, _) =>
        {
            Interlocked.Increment(ref ours);
            return Task.FromResult(Processors.Run("echo", job));
        }, new WorkerOptions { Concurrency = 5 });

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Add()));

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 200);
        (await Queue.GetJobsAsync([JobState.Completed])).ShouldAllBe(job => job.AttemptsStarted == 1 && job.AttemptsMade == 1);
        ours.ShouldBeLessThanOrEqualTo(200);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_duplicate_id_is_added_once_whoever_comes_second(int version)
    {
        await Add(new JobOptions { JobId = "ours" }, "1");
        await Node(version).AddAsync("theirs", new JsonObject { ["jobId"] = "ours" });
        await Node(version).AddAsync("theirs", new JsonObject { ["jobId"] = "theirs" });
        await Add(new JobOptions { JobId = "theirs" }, "1");

        Json.Text((await Queue.GetJobAsync("ours"))!.Data).ShouldBe("1");
        Json.Text((await Queue.GetJobAsync("theirs"))!.Data).ShouldBe("\"theirs\"");
        (await Node(version).GetJobCountsAsync())["waiting"]!.GetValue<int>().ShouldBe(2);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task As_many_completed_jobs_stay_as_removeOnComplete_of_Nodes_producer_says(int version)
    {
        for (var i = 0; i < 5; i++) await Node(version).AddAsync(i, new JsonObject { ["removeOnComplete"] = 2 });

        await StartWorker("echo");

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Waiting] + counts[JobState.Active] == 0);
        (await Node(version).GetJobsAsync("completed")).Select(job => job!["data"]!.GetValue<int>()).ShouldBe([3, 4]);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_kind_of_job_that_Node_deduplicates_may_come_again_once_ours_has_ended(int version)
    {
        var once = new JsonObject { ["deduplication"] = new JsonObject { ["id"] = "kind" } };
        var first = await Node(version).AddAsync(1, once.DeepClone());
        (await Node(version).AddAsync(2, once.DeepClone())).ShouldBe(first);

        await StartWorker("echo");
        await Reaches(first, JobState.Completed);

        (await Node(version).AddAsync(3, once)).ShouldNotBe(first);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_payload_of_a_megabyte_arrives_whole_in_both_directions(int version)
    {
        var text = string.Concat(Enumerable.Repeat("ünï✓", 200_000));
        await StartWorker("echo");

        var id = await Node(version).AddAsync(text);

        await Reaches(id, JobState.Completed);
        (await Node(version).GetJobAsync(id))!["returnvalue"]!["echo"]!.GetValue<string>().ShouldBe(text);
    }
}
