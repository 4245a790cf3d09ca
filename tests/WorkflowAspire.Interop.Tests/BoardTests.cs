using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>bull-board, driven over its HTTP API, on our queue with our jobs and our worker.</summary>
public sealed class BoardTests(InteropServers servers) : InteropSpecification(servers)
{
    private Board? _board;

    [Theory, MemberData(nameof(Versions))]
    public async Task It_lists_our_jobs_with_what_our_worker_left(int version)
    {
        await OpenAsync(version);
        await StartWorker((job, _) => Task.FromResult(Processors.Run(Json.Text(job.Data).Trim('"'), job)), new WorkerOptions { Name = "net" });
        var done = await Add(data: "\"echo\"");
        var failed = await Add(new JobOptions { Attempts = 2 }, "\"fail\"");
        await Reaches(done.Id, JobState.Completed);
        await Reaches(failed.Id, JobState.Failed);
        await Node(version).CallJobAsync(failed.Id, "updateProgress", 40);
        await Node(version).CallJobAsync(failed.Id, "log", "half way");

        var queue = await QueueAsync("failed");
        ((int)queue["counts"]!["completed"]!, (int)queue["counts"]!["failed"]!, (bool)queue["isPaused"]!, (bool)queue["hasWorkers"]!).ShouldBe((1, 1, false, true));
        var listed = queue["jobs"]!.AsArray().ShouldHaveSingleItem()!;
        ((string?)listed["id"], (string?)listed["failedReason"], (int)listed["attempts"]!, (string?)listed["processedBy"], (bool)listed["isFailed"]!)
            .ShouldBe((failed.Id, "no 1", 2, "net", true));
        ((int)listed["progress"]!, listed["stacktrace"]!.AsArray().Count).ShouldBe((40, 2));
        (await GetAsync($"{failed.Id}/logs"))!.ToJsonString().ShouldBe("""["half way"]""");
        var one = (await GetAsync(done.Id))!;
        ((string?)one["status"], (string?)one["job"]!["returnValue"]!["echo"]).ShouldBe(("completed", "echo"));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task It_retries_promotes_and_removes_our_jobs(int version)
    {
        await OpenAsync(version);
        var fails = true;
        await StartWorker((job, _) => fails ? throw new InvalidOperationException("not yet") : Task.FromResult(job.Data));
        var failed = await Add();
        await Reaches(failed.Id, JobState.Failed);
        var delayed = await Add(new JobOptions { Delay = TimeSpan.FromHours(1) });
        var unwanted = await Add(new JobOptions { Delay = TimeSpan.FromHours(1) });
        fails = false;

        await PutAsync($"{failed.Id}/retry");
        await PutAsync($"{delayed.Id}/promote");
        await PutAsync($"{unwanted.Id}/clean");

        await Reaches(failed.Id, JobState.Completed);
        await Reaches(delayed.Id, JobState.Completed);
        (await Queue.GetJobAsync(unwanted.Id)).ShouldBeNull();
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task It_retries_all_that_failed(int version)
    {
        await OpenAsync(version);
        var fails = true;
        await StartWorker((job, _) => fails ? throw new InvalidOperationException("not yet") : Task.FromResult(job.Data));
        var jobs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Add()));
        foreach (var job in jobs) await Reaches(job.Id, JobState.Failed);
        fails = false;

        await PutAsync("retry/failed");

        foreach (var job in jobs) await Reaches(job.Id, JobState.Completed);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task It_pauses_and_resumes_our_worker(int version)
    {
        await OpenAsync(version);
        await StartWorker("data");
        await Reaches((await Add()).Id, JobState.Completed);

        await PutAsync("pause");
        (await Queue.IsPausedAsync()).ShouldBeTrue();
        ((bool)(await QueueAsync("latest"))["isPaused"]!).ShouldBeTrue();
        var job = await Add();
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);

        await PutAsync("resume");
        await Reaches(job.Id, JobState.Completed);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task It_cleans_what_completed_a_while_ago_and_empties_what_waits(int version)
    {
        await OpenAsync(version);
        await StartWorker("data");
        var old = await Add();
        var recent = await Add();
        await Reaches(old.Id, JobState.Completed);
        await Reaches(recent.Id, JobState.Completed);
        // The board leaves the last five seconds.
        var database = Redis.Connection.GetDatabase();
        var before = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds();
        await database.HashSetAsync($"bull:{Queue.Name}:{old.Id}", [new("timestamp", before), new("processedOn", before), new("finishedOn", before)]);
        await database.SortedSetAddAsync($"bull:{Queue.Name}:completed", old.Id, before);
        await Queue.PauseAsync();
        var waiting = await Add();
        await database.HashSetAsync($"bull:{Queue.Name}:{recent.Id}", "finishedOn", DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds());
        await database.SortedSetAddAsync($"bull:{Queue.Name}:completed", recent.Id, DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds());

        await PutAsync("clean/completed");
        await PutAsync("empty");

        (await Queue.GetJobsAsync([JobState.Completed])).ShouldHaveSingleItem().Id.ShouldBe(recent.Id);
        (await Queue.GetJobAsync(waiting.Id)).ShouldBeNull();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_board is { } board) await board.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task OpenAsync(int version) => _board = await Board.OpenAsync(Node(version));

    private Task<JsonNode> QueueAsync(string status) => _board!.QueueAsync(status);

    private Task<JsonNode?> GetAsync(string path) => _board!.GetAsync(path);

    private Task PutAsync(string path) => _board!.PutAsync(path);
}
