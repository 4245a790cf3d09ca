using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Questions about a queue that both sides answer alike, and what Node's schedulers need.</summary>
public class ManagementTests(InteropServers servers) : InteropSpecification(servers)
{
    private static readonly JobState[] States =
        [JobState.Waiting, JobState.Active, JobState.Delayed, JobState.Prioritized, JobState.Completed, JobState.Failed, JobState.WaitingChildren];

    [Theory, MemberData(nameof(Versions))]
    public async Task Pages_of_jobs_are_the_same_on_both_sides(int version)
    {
        await FillAsync(version);
        JobState[][] choices = [[JobState.Waiting], [JobState.Completed], [JobState.Delayed], [JobState.Prioritized], [JobState.Failed, JobState.Waiting], [JobState.Waiting, JobState.Completed, JobState.Waiting], []];
        foreach (var states in choices)
        {
            foreach (var (start, end) in new[] { (0, -1), (0, 0), (1, 2), (2, 10), (10, 12), (-2, -1), (-1, -1), (0, 3), (0, -2), (1, 0) })
            {
                foreach (var ascending in new[] { false, true })
                {
                    var why = $"{string.Join(", ", states)} {start} to {end}, ascending {ascending}";
                    var names = Names(states);
                    (await Queue.GetRangesAsync(states, start, end, ascending)).ShouldBe(Texts(await Node(version).CallAsync("getRanges", Names(states), start, end, ascending)), why);
                    (await Queue.GetJobsAsync(states, start, end, ascending)).Select(job => job.Id)
                        .ShouldBe(((JsonArray)(await Node(version).CallAsync("getJobs", names, start, end, ascending))!).Select(job => (string)job!["id"]!), why);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_page_is_filled_up_where_jobs_are_gone_on_both_sides(int version)
    {
        var ids = new List<string>();
        for (var i = 0; i < 9; i++) ids.Add((await Add()).Id);
        foreach (var gone in new[] { 1, 2, 5 }) await Redis.Connection.GetDatabase().KeyDeleteAsync($"bull:{Queue.Name}:{ids[gone]}");

        foreach (var (start, end) in new[] { (0, 2), (1, 3), (5, 9), (0, -1) })
        {
            foreach (var ascending in new[] { false, true })
            {
                (await Queue.GetJobsAsync([JobState.Waiting], start, end, ascending)).Select(job => job.Id).ShouldBe(
                    ((JsonArray)(await Node(version).CallAsync("getJobs", Names([JobState.Waiting]), start, end, ascending))!).Select(job => (string)job!["id"]!), $"{start} to {end}");
            }
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Lists_by_name_are_the_same_on_both_sides(int version)
    {
        await FillAsync(version);
        var lists = new (string Theirs, Func<Task<IReadOnlyList<Job>>> Ours)[]
        {
            ("getWaiting", () => Queue.GetWaitingAsync()), ("getActive", () => Queue.GetActiveAsync()), ("getDelayed", () => Queue.GetDelayedAsync()),
            ("getPrioritized", () => Queue.GetPrioritizedAsync()), ("getCompleted", () => Queue.GetCompletedAsync()), ("getFailed", () => Queue.GetFailedAsync()),
            ("getWaitingChildren", () => Queue.GetWaitingChildrenAsync()),
        };
        foreach (var (theirs, ours) in lists)
            (await ours()).Select(job => job.Id).ShouldBe(((JsonArray)(await Node(version).CallAsync(theirs))!).Select(job => (string)job!["id"]!), theirs);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Counts_are_the_same_on_both_sides(int version)
    {
        await FillAsync(version);
        foreach (var isPaused in new[] { false, true })
        {
            if (isPaused) await Node(version).PauseAsync();
            (await Queue.CountAsync()).ShouldBe((long)(await Node(version).CallAsync("count"))!);
            foreach (var state in States)
                (await Queue.GetJobCountByTypesAsync([state])).ShouldBe((long)(await Node(version).CallAsync("getJobCountByTypes", state.ToBullName()))!, $"{state}");
            (await Queue.GetJobCountByTypesAsync([])).ShouldBe((long)(await Node(version).CallAsync("getJobCountByTypes"))!);

            var priorities = await Queue.GetCountsPerPriorityAsync([0, 3, 5, 9, 3]);
            var theirs = (JsonObject)(await Node(version).CallAsync("getCountsPerPriority", new JsonArray(0, 3, 5, 9, 3)))!;
            priorities.ToDictionary(count => $"{count.Key}", count => count.Value).ShouldBe(theirs.ToDictionary(count => count.Key, count => (long)count.Value!));
        }
    }

    [Fact]
    public async Task Delayed_jobs_that_are_due_by_a_time_are_counted_alike()
    {
        for (var hours = 1; hours <= 3; hours++) await Add(new JobOptions { Delay = TimeSpan.FromHours(hours), Timestamp = DateTimeOffset.UnixEpoch.AddYears(50) });
        foreach (var hours in new[] { 0, 1, 2, 3, 4 })
        {
            var time = DateTimeOffset.UnixEpoch.AddYears(50).AddHours(hours);
            (await Queue.GetDelayedCountAsync(time)).ShouldBe((long)(await Node(6).CallAsync("getDelayedCount", time.ToUnixTimeMilliseconds()))!);
        }

        (await Queue.GetDelayedCountAsync()).ShouldBe(3);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Prometheus_metrics_are_the_same_on_both_sides(int version)
    {
        await FillAsync(version);
        await Node(version).Database.HashSetAsync(Node(version).Key("metrics:completed"), "count", 12);

        (await Queue.ExportPrometheusMetricsAsync()).ShouldBe((string)(await Node(version).CallAsync("exportPrometheusMetrics"))!);
        (await Queue.ExportPrometheusMetricsAsync(new Dictionary<string, string> { ["env"] = "a\"b\\c\nd", ["host"] = "1" }))
            .ShouldBe((string)(await Node(version).CallAsync("exportPrometheusMetrics", new JsonObject { ["env"] = "a\"b\\c\nd", ["host"] = "1" }))!);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task What_Node_sets_for_the_queue_we_read(int version)
    {
        await Node(version).ReadyAsync();
        await Node(version).CallAsync("setGlobalConcurrency", 3);
        await Node(version).CallAsync("setGlobalRateLimit", 10, 60_000);
        await Node(version).PauseAsync();

        var meta = await Queue.GetMetaAsync();

        meta.ShouldSatisfyAllConditions(
            () => meta.Paused.ShouldBeTrue(),
            () => meta.Concurrency.ShouldBe(3),
            () => meta.Max.ShouldBe(10),
            () => meta.Duration.ShouldBe(TimeSpan.FromMinutes(1)),
            () => meta.MaxLenEvents.ShouldBe(10_000),
            () => meta.Version.ShouldNotBeNull().ShouldStartWith($"bullmq:{version}"));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Logs_are_read_alike(int version)
    {
        var job = await Add();
        foreach (var row in new[] { "1", "2" }) await Node(version).CallJobAsync(job.Id, "log", row);
        foreach (var row in new[] { "3", "4", "fünf" }) await job.LogAsync(row);

        foreach (var (start, end) in new[] { (0, -1), (0, 0), (1, 2), (3, 10), (-2, -1) })
        {
            foreach (var ascending in new[] { false, true })
            {
                var ours = await Queue.GetJobLogsAsync(job.Id, start, end, ascending);
                var theirs = (await Node(version).CallAsync("getJobLogs", job.Id, start, end, ascending))!;
                ours.Rows.ShouldBe(Texts(theirs["logs"]), $"{start} to {end}, {ascending}");
                ours.Count.ShouldBe((long)theirs["count"]!);
            }
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Progress_that_Node_reports_we_read(int version)
    {
        var job = await Add();
        (await Queue.GetJobAsync(job.Id))!.Progress.ToString().ShouldBe("0");

        await Node(version).CallJobAsync(job.Id, "updateProgress", new JsonObject { ["done"] = 3 });

        (await Queue.GetJobAsync(job.Id))!.Progress.ToString().ShouldBe("""{"done":3}""");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task States_are_told_alike(int version)
    {
        await FillAsync(version);
        foreach (var job in await Queue.GetJobsAsync([]))
        {
            (await job.GetStateAsync()).ToBullName().ShouldBe(await Node(version).GetStateAsync(job.Id));
            var questions = new (string Theirs, Func<Task<bool>> Ours)[]
            {
                ("isCompleted", () => job.IsCompletedAsync()), ("isFailed", () => job.IsFailedAsync()), ("isDelayed", () => job.IsDelayedAsync()),
                ("isActive", () => job.IsActiveAsync()), ("isWaiting", () => job.IsWaitingAsync()), ("isWaitingChildren", () => job.IsWaitingChildrenAsync()),
            };
            foreach (var (theirs, ours) in questions) (await ours()).ShouldBe((bool)(await Node(version).CallJobAsync(job.Id, theirs))!, $"{theirs} of {job.Id}");
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task The_job_that_a_scheduler_waits_for_stays(int version)
    {
        await Node(version).CallAsync("upsertJobScheduler", "yearly", new JsonObject { ["pattern"] = "0 0 1 1 *" });
        await Add(new JobOptions { Delay = TimeSpan.FromHours(1) });
        var scheduled = (await Queue.GetDelayedAsync())[^1];
        scheduled.Id.ShouldStartWith("repeat:yearly:");

        (await Should.ThrowAsync<JobRefusedException>(() => scheduled.RemoveAsync())).Refusal.ShouldBe(JobRefusal.BelongsToJobScheduler);
        (await Queue.CleanAsync(TimeSpan.Zero, state: JobState.Delayed)).Count.ShouldBe(1);
        await Queue.DrainAsync(delayed: true);

        (await Queue.GetDelayedAsync()).ShouldHaveSingleItem().Id.ShouldBe(scheduled.Id);
        await Queue.ObliterateAsync();
        (await Node(version).Database.Multiplexer.GetServers()[0].KeysAsync(pattern: $"bull:{Queue.Name}:*").ToArrayAsync()).ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Metrics_are_no_orphans(int version)
    {
        await Node(version).ReadyAsync();
        await Node(version).Database.HashSetAsync(Node(version).Key("metrics:failed"), "count", 12);

        (await Queue.RemoveOrphanedJobsAsync()).ShouldBe(0);

        (await Node(version).Database.KeyExistsAsync(Node(version).Key("metrics:failed"))).ShouldBeTrue();
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Nodes_QueueEvents_hears_of_progress_and_cleaning(int version)
    {
        await Node(version).ReadyAsync();
        var job = await Add();

        await job.UpdateProgressAsync(42);
        await Queue.CleanAsync(TimeSpan.Zero, state: JobState.Waiting);

        var events = (await Node(version).Database.StreamRangeAsync(Node(version).Key("events"))).Select(entry => string.Join(' ', entry.Values.Select(field => $"{field.Name}={field.Value}")));
        events.ShouldBe([$"event=added jobId={job.Id} name=work", $"event=waiting jobId={job.Id}", $"event=progress jobId={job.Id} data=42", "event=cleaned count=1"]);
    }

    // Jobs in each state but active, several in most.
    private async Task FillAsync(int version)
    {
        await Node(version).ReadyAsync();
        var later = new JobOptions { Delay = TimeSpan.FromHours(3) };
        await new FlowProducer(Redis.Connection).AddAsync(new FlowJob("work", Queue.Name, Json.Bytes("1"))
        {
            Children = [new("work", Queue.Name, Json.Bytes("2")) { Options = later }, new("work", Queue.Name, Json.Bytes("3")) { Options = later }],
        });
        for (var i = 0; i < 4; i++) await Node(version).AddAsync(i);
        await Node(version).ProcessAsync("echo", 4);
        for (var i = 0; i < 3; i++) await Add();
        await Node(version).ProcessAsync("fail", 3);
        for (var i = 0; i < 5; i++) await Add();
        for (var i = 0; i < 5; i++) await Node(version).AddAsync(i, new JsonObject { ["priority"] = i % 2 == 0 ? 3 : 5 });
        for (var i = 1; i < 5; i++) await Add(new JobOptions { Delay = TimeSpan.FromHours(i) });
    }

    private static JsonArray Names(IEnumerable<JobState> states) => [.. states.Select(state => (JsonNode)state.ToBullName())];

    private static IEnumerable<string> Texts(JsonNode? array) => ((JsonArray)array!).Select(item => (string)item!);
}
