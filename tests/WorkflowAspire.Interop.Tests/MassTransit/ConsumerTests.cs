using System.Text.Json.Nodes;
using MassTransit;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests.MassTransit;

/// <summary>A Node producer, a MassTransit consumer, Node's QueueEvents and bull-board, all on one queue.</summary>
public sealed class ConsumerTests(InteropServers servers) : MassTransitSpecification(servers)
{
    private Board? _board;

    [Theory, MemberData(nameof(Versions))]
    public async Task Each_job_of_a_Node_producer_is_consumed_once_and_looks_as_a_Node_worker_would_have_left_it(int version)
    {
        await StartConsumer(context =>
        {
            context.GetBullMQJob().SetResult(new { echo = context.Message.Text });
            return Task.CompletedTask;
        });

        await Node(version).AddBulkAsync([.. Enumerable.Range(0, 100).Select(n => ((JsonNode?)new JsonObject { ["text"] = $"t{n}", ["more"] = n }, (JsonObject?)null))]);

        var completed = await Eventually.Get(() => Node(version).GetJobsAsync("completed"), jobs => jobs.Count == 100);
        Consumed.ShouldBe(Enumerable.Range(0, 100).Select(n => $"t{n}"), ignoreOrder: true);
        foreach (var job in completed)
        {
            ((string?)job!["returnvalue"]!["echo"]).ShouldBe((string?)job["data"]!["text"]);
            ((int)job["attemptsMade"]!, (int)job["stalledCounter"]!, (string?)job["processedBy"]).ShouldBe((1, 0, "masstransit"));
            job["data"]!.AsObject().Count.ShouldBe(2);
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Nodes_listener_hears_of_progress_results_retries_and_failures(int version)
    {
        await Node(version).HearAsync();
        await StartConsumer(async context =>
        {
            var job = context.GetBullMQJob();
            await job.UpdateProgressAsync(50);
            if (context.Message.Text == "bad") throw new InvalidOperationException($"no {job.Attempt}");
            job.SetResult(new { text = "ünï ✓" });
        });

        var good = await Node(version).AddAsync(new JsonObject { ["text"] = "good" });
        var bad = await Node(version).AddAsync(new JsonObject { ["text"] = "bad" }, Twice());

        await Reaches(good, JobState.Completed);
        await Reaches(bad, JobState.Failed);
        var heard = await Eventually.Get(() => Node(version).HeardAsync(), seen => Events(seen, bad).Contains("retries-exhausted"));
        await Node(version).HearNoMoreAsync();
        Events(heard, good).ShouldBe(["added", "waiting", "active", "progress", "completed"]);
        Events(heard, bad).ShouldBe(["added", "waiting", "active", "progress", "delayed", "waiting", "active", "progress", "failed", "retries-exhausted"]);
        ((int)Of(heard, good, "progress")["data"]!).ShouldBe(50);
        ((string?)Of(heard, good, "completed")["returnvalue"]!["text"]).ShouldBe("ünï ✓");
        ((string?)Of(heard, bad, "failed")["failedReason"]).ShouldBe("no 2");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task The_board_lists_what_completed_and_failed_and_what_it_retries_is_consumed_again(int version)
    {
        var fails = true;
        await StartConsumer(async context =>
        {
            await context.GetBullMQJob().LogAsync("half way");
            if (context.Message.Text == "bad" && Volatile.Read(ref fails)) throw new InvalidOperationException("not yet");
        });
        _board = await Board.OpenAsync(Node(version));
        var good = await Node(version).AddAsync(new JsonObject { ["text"] = "good" });
        var bad = await Node(version).AddAsync(new JsonObject { ["text"] = "bad" }, Twice());
        await Reaches(good, JobState.Completed);
        await Reaches(bad, JobState.Failed);

        var queue = await _board.QueueAsync("failed");
        ((int)queue["counts"]!["completed"]!, (int)queue["counts"]!["failed"]!, (bool)queue["hasWorkers"]!).ShouldBe((1, 1, true));
        var listed = queue["jobs"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)listed["id"], (string?)listed["failedReason"], (int)listed["attempts"]!, (string?)listed["processedBy"]).ShouldBe((bad, "not yet", 2, "masstransit"));
        listed["stacktrace"]!.AsArray().Count.ShouldBe(2);
        ((string?)listed["stacktrace"]![0]).ShouldStartWith("System.InvalidOperationException: not yet");
        (await _board.GetAsync($"{good}/logs"))!.ToJsonString().ShouldBe("""["half way"]""");

        Volatile.Write(ref fails, false);
        await _board.PutAsync($"{bad}/retry");

        await Reaches(bad, JobState.Completed);
        Consumed.Count(text => text == "bad").ShouldBe(3);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Node_finds_a_job_that_failed_for_good_in_the_dead_letter_queue(int version)
    {
        await StartConsumer(context => throw new UnrecoverableError("never"));

        var id = await Node(version).AddAsync(new JsonObject { ["text"] = "bad", ["theirs"] = true }, Twice());

        await Reaches(id, JobState.Failed);
        var letter = (await NodeNamed(version, DeadLetterQueue).GetJobsAsync("waiting")).ShouldHaveSingleItem()!;
        ((string?)letter["id"], (bool)letter["data"]!["theirs"]!).ShouldBe((id, true));
        ((string?)(await Node(version).GetJobAsync(id))!["failedReason"]).ShouldBe("never");
        Consumed.ShouldHaveSingleItem();
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_job_that_the_consumer_puts_off_comes_again_and_has_lost_no_attempt(int version)
    {
        await Node(version).HearAsync();
        await StartConsumer(async context =>
        {
            var job = context.GetBullMQJob();
            if (job.Job.AttemptsStarted == 1) await job.DelayAsync(TimeSpan.FromMilliseconds(100));
            else job.SetResult(job.Attempt);
        });

        var id = await Node(version).AddAsync(new JsonObject { ["text"] = "later" });

        await Reaches(id, JobState.Completed);
        var seen = (await Node(version).GetJobAsync(id))!;
        ((int)seen["returnvalue"]!, (int)seen["attemptsMade"]!, (int)seen["attemptsStarted"]!).ShouldBe((1, 1, 2));
        var heard = await Eventually.Get(() => Node(version).HeardAsync(), told => Events(told, id).Contains("completed"));
        await Node(version).HearNoMoreAsync();
        Events(heard, id).ShouldBe(["added", "waiting", "active", "delayed", "waiting", "active", "completed"]);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_board is { } board) await board.DisposeAsync();
        await base.DisposeAsync();
    }

    private static JsonObject Twice() => new() { ["attempts"] = 2, ["backoff"] = new JsonObject { ["type"] = "fixed", ["delay"] = 20 } };

    private static IEnumerable<string> Events(JsonArray heard, string jobId) => heard.Where(told => (string?)told!["args"]!["jobId"] == jobId).Select(told => (string)told!["event"]!);

    private static JsonNode Of(JsonArray heard, string jobId, string name) =>
        heard.Single(told => (string?)told!["event"] == name && (string?)told["args"]!["jobId"] == jobId)!["args"]!;
}
