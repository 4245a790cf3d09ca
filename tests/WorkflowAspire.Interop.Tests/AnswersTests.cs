using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>What a program hears of a worker, and reads of the jobs that it was given, is the same on both sides.</summary>
public sealed class AnswersTests(InteropServers servers) : InteropSpecification(servers)
{
    public static MatrixTheoryData<int, int> Concurrencies { get; } = new([6, 5], [2, 8, 50]);

    public static MatrixTheoryData<int, bool, string> Ends { get; } = new([6, 5], [false, true], ["", """{"attempts":2}""", """{"attempts":2,"backoff":3600000}"""]);

    public static MatrixTheoryData<int, string, bool> Refusals { get; } = new([6, 5], ["lock gone", "lock stolen", "job gone"], [false, true]);

    [Theory, MemberData(nameof(Concurrencies))]
    public async Task Jobs_begin_in_the_same_order_however_many_run_at_once(int version, int concurrency)
    {
        const int Jobs = 120;
        var node = NodeNamed(version, $"{Queue.Name}-node");
        await node.AddBulkAsync([.. Enumerable.Range(0, Jobs).Select(i => ((JsonNode?)i, (JsonObject?)null))]);
        await Queue.AddBulkAsync(Enumerable.Range(0, Jobs).Select(i => new NewJob("work", Json.Bytes($"{i}"))));
        var ours = new ConcurrentQueue<int>();

        var theirs = (await node.RunAsync("begun", concurrency, Jobs))!.AsArray().Select(data => (int)data!);
        await StartWorker(async (job, _) =>
        {
            ours.Enqueue(int.Parse(Json.Text(job.Data), CultureInfo.InvariantCulture));
            await Task.Yield();
            return default;
        }, new WorkerOptions { Concurrency = concurrency });

        await Eventually.True(() => ours.Count == Jobs);
        ours.ShouldBe(theirs);
        await node.CloseAsync();
    }

    [Theory, MemberData(nameof(Ends))]
    public async Task A_job_that_is_told_at_its_end_has_what_its_end_gave_it(int version, bool fails, string options)
    {
        var node = NodeNamed(version, $"{Queue.Name}-node");
        await node.AddAsync(1, OptionsOf(options));
        await Node(version).AddAsync(1, OptionsOf(options));
        var told = new TaskCompletionSource<Job>();

        var theirs = await node.RunAsync("heardEnd", fails);
        await StartWorker((_, _) => fails ? throw new InvalidOperationException("no") : Task.FromResult(Json.Bytes("""{"r":1}""")), new WorkerOptions
        {
            OnCompleted = completion => Told(completion.Job),
            OnFailed = failure => Told(failure.Job),
        });

        Ended(await told.Task).ToJsonString().ShouldBe(theirs!.ToJsonString());
        await node.CloseAsync();

        Task Told(Job job)
        {
            told.TrySetResult(job);
            return Task.CompletedTask;
        }
    }

    [Theory, MemberData(nameof(Ends))]
    public async Task A_job_that_a_program_ends_itself_has_what_its_end_gave_it(int version, bool fails, string options)
    {
        var node = NodeNamed(version, $"{Queue.Name}-node");
        await node.AddAsync(1, OptionsOf(options));
        await Node(version).AddAsync(1, OptionsOf(options));

        var theirs = await node.RunAsync("endedByHand", fails);
        await using var worker = new Worker(Queue.Name, null, Redis.Connection);
        var job = (await worker.GetNextJobAsync("t"))!;
        await (fails ? job.MoveToFailedAsync(new InvalidOperationException("no"), "t") : job.MoveToCompletedAsync(Json.Bytes("""{"r":1}"""), "t", fetchNext: false));

        Ended(job).ToJsonString().ShouldBe(theirs!.ToJsonString());
        await node.CloseAsync();
    }

    [Theory, MemberData(nameof(Refusals))]
    public async Task A_refused_outcome_is_told_as_an_error_and_as_nothing_else(int version, string change, bool fails)
    {
        var node = NodeNamed(version, $"{Queue.Name}-node");
        await node.AddAsync(1);
        await Add();
        var heard = new ConcurrentQueue<string>();

        var theirs = (await node.RunAsync("heardRefusal", change, fails))!.AsArray().Select(told => (string)told!);
        var worker = await StartWorker(async (job, _) =>
        {
            await ChangeAsync(Redis.Connection.GetDatabase(), $"bull:{Queue.Name}:{job.Id}", change);
            return fails ? throw new InvalidOperationException("no") : default(ReadOnlyMemory<byte>);
        }, new WorkerOptions { OnCompleted = _ => Heard("completed"), OnFailed = _ => Heard("failed"), OnError = _ => Heard("error") });
        await Eventually.True(() => !heard.IsEmpty);
        await worker.CloseAsync();

        heard.Distinct().ShouldBe(theirs);
        await node.CloseAsync();

        Task Heard(string told)
        {
            heard.Enqueue(told);
            return Task.CompletedTask;
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_template_without_data_or_options_is_read_without(int version)
    {
        var hourly = new JsonObject { ["every"] = 3_600_000 };
        await Node(version).CallAsync("upsertJobScheduler", "bare", hourly);
        await Node(version).CallAsync("upsertJobScheduler", "named", hourly.DeepClone(), new JsonObject { ["name"] = "n" });
        await Node(version).CallAsync("upsertJobScheduler", "full", hourly.DeepClone(), new JsonObject { ["data"] = 1, ["opts"] = new JsonObject { ["attempts"] = 2 } });
        await Queue.UpsertJobSchedulerAsync("ours", new RepeatOptions { Every = TimeSpan.FromHours(1) });

        foreach (var id in new[] { "bare", "named", "full", "ours" })
        {
            var theirs = (await Node(version).CallAsync("getJobScheduler", id))!["template"];
            var ours = (await Queue.GetJobSchedulerAsync(id))!.Template;
            (ours.Data is { } data ? Json.Text(data) : null).ShouldBe(theirs?["data"]?.ToJsonString(), id);
            (ours.Options?.Attempts).ShouldBe((int?)theirs?["opts"]?["attempts"], id);
        }
    }

    // BullMQ 5 leaves it, and lists an empty place.
    [Fact]
    public async Task An_entry_without_its_scheduler_is_removed_by_whoever_lists_it()
    {
        var node = Node(6);
        await node.CallAsync("upsertJobScheduler", "stays", new JsonObject { ["every"] = 3_600_000 });
        var later = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        foreach (var list in new Func<Task<IEnumerable<string>>>[] { NodeLists, OursLists })
        {
            await node.CallAsync("upsertJobScheduler", "dangling", new JsonObject { ["every"] = 3_600_000, ["startDate"] = later });
            await Redis.Connection.GetDatabase().KeyDeleteAsync(node.Key("repeat:dangling"));

            (await list()).ShouldBe(["stays"]);

            (await Queue.GetJobSchedulersCountAsync()).ShouldBe(1);
            (await node.CallAsync("getJobSchedulersCount"))!.GetValue<int>().ShouldBe(1);
            (await Queue.GetDelayedCountAsync()).ShouldBe(0);
        }

        async Task<IEnumerable<string>> NodeLists() => (await node.CallAsync("getJobSchedulers"))!.AsArray().Select(one => (string)one!["key"]!);

        async Task<IEnumerable<string>> OursLists() => (await Queue.GetJobSchedulersAsync()).Select(scheduler => scheduler.Key);
    }

    [Fact]
    public async Task An_entry_of_a_repeatable_job_is_listed_by_ours_and_refused_by_6()
    {
        await Node(5).AddAsync(1, JsonNode.Parse("""{"repeat":{"pattern":"0 3 1 1 *","key":"work:::Europe/Berlin:0 3 1 1 *"}}"""));
        await Redis.Connection.GetDatabase().KeyDeleteAsync(Node(5).Key("repeat:work:::Europe/Berlin:0 3 1 1 *"));

        (await Should.ThrowAsync<InvalidOperationException>(() => Node(6).CallAsync("getJobSchedulers"))).Message.ShouldContain("Legacy repeatable");

        (await Queue.GetJobSchedulersAsync()).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            one => one.IsOldFormat.ShouldBeTrue(), one => one.Pattern.ShouldBe("0 3 1 1 *"), one => one.Tz.ShouldBe("Europe/Berlin"));
    }

    private static JsonNode? OptionsOf(string json) => json.Length == 0 ? null : JsonNode.Parse(json);

    private static Task<bool> ChangeAsync(IDatabase database, string key, string change) => change switch
    {
        "lock gone" => database.KeyDeleteAsync($"{key}:lock"),
        "lock stolen" => database.StringSetAsync($"{key}:lock", "another"),
        _ => database.KeyDeleteAsync(key),
    };

    private static JsonObject Ended(Job job) => new()
    {
        ["attemptsMade"] = job.AttemptsMade,
        ["delay"] = (long)job.Delay.TotalMilliseconds,
        ["returnvalue"] = job.ReturnValue is { } value ? JsonNode.Parse(value.Span) : null,
        ["failedReason"] = job.FailedReason,
        ["traces"] = job.Stacktrace.Count,
        ["isFinished"] = job.FinishedOn is not null,
    };
}
