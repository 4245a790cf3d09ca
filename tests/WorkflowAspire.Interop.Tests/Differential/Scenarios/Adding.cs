using System.Text.Json;

namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static readonly DateTimeOffset Earlier = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    private static JobOptions EveryOption => new()
    {
        JobId = "mine",
        Attempts = 3,
        Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)) with { Jitter = 0.25 },
        Delay = Hour,
        Priority = 5,
        Lifo = true,
        RemoveOnComplete = KeepJobs.Count(100),
        RemoveOnFail = KeepJobs.Age(Hour, 10),
        StackTraceLimit = 5,
        KeepLogs = 7,
        SizeLimit = 1000,
        Timestamp = Earlier,
        Telemetry = new JobTelemetry { Metadata = """{"traceparent":"00-1"}""", OmitContext = false },
        RepeatJobKey = "nightly",
        Others = new Dictionary<string, JsonElement>
        {
            ["ours"] = JsonSerializer.SerializeToElement("ünï"),
            ["deep"] = JsonDocument.Parse("""{"a":[1,{"b":false}],"d":1.5}""").RootElement,
        },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> Adding => new()
    {
        ["add"] = queue => queue.AddAsync("""{"n":1,"s":"ünï ✓"}"""),
        ["add several"] = async queue =>
        {
            for (var i = 0; i < 3; i++) await queue.AddAsync($"{i}");
        },
        ["add with every option"] = queue => queue.AddAsync("1", EveryOption),
        ["add with every option to several"] = queue => queue.AddBulkAsync(("1", EveryOption), ("2", EveryOption), ("3", EveryOption with { JobId = null })),
        ["add with options that say no"] = queue => queue.AddAsync("1", new JobOptions
        {
            Delay = TimeSpan.Zero,
            Priority = 0,
            Lifo = false,
            Attempts = 1,
            StackTraceLimit = 0,
            KeepLogs = 0,
            SizeLimit = 0,
            RemoveOnComplete = KeepJobs.All,
            RemoveOnFail = KeepJobs.None,
            Backoff = BackoffOptions.Fixed(TimeSpan.Zero),
        }),
        ["add with each way of keeping jobs"] = async queue =>
        {
            foreach (var keep in new[] { KeepJobs.All, KeepJobs.None, KeepJobs.Count(3), KeepJobs.Age(Hour), KeepJobs.Age(Hour, 2), KeepJobs.Age(Hour, 2) with { RemovalLimit = 5 } })
                await queue.AddAsync("1", new JobOptions { RemoveOnComplete = keep, RemoveOnFail = keep });
        },
        ["add within the size limit"] = queue => queue.AddAsync("\"ünï\"", new JobOptions { SizeLimit = 7 }),
        ["add with a timestamp and a delay"] = queue => queue.AddAsync("1", new JobOptions { Timestamp = Earlier, Delay = Hour }),
        ["add with telemetry left out"] = queue => queue.AddAsync("1", new JobOptions { Telemetry = new JobTelemetry { OmitContext = true } }),
        ["add with the queue's defaults"] = queue => queue.AddWithDefaultsAsync(EveryOption with { Delay = null }, "1"),
        ["add with options that override the queue's defaults"] = async queue =>
        {
            var defaults = EveryOption with { Deduplication = new DeduplicationOptions("default") };
            await queue.AddWithDefaultsAsync(defaults, "1", new JobOptions { JobId = "own", Attempts = 9, Priority = 0, Delay = TimeSpan.Zero, Deduplication = new DeduplicationOptions("own") });
            await queue.AddWithDefaultsAsync(defaults, "2", new JobOptions { Lifo = false, Backoff = BackoffOptions.Fixed(TimeSpan.FromSeconds(1)), RemoveOnComplete = KeepJobs.None });
            await queue.AddWithDefaultsAsync(defaults, "3", new JobOptions { Others = new Dictionary<string, JsonElement> { ["ours"] = JsonSerializer.SerializeToElement(2), ["more"] = JsonSerializer.SerializeToElement(true) } });
        },
        ["add delayed"] = queue => queue.AddAsync("1", Later),
        ["add prioritized"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Priority = 5 });
            await queue.AddAsync("2", new JobOptions { Priority = 2 });
        },
        ["add of the lowest priority"] = queue => queue.AddAsync("1", new JobOptions { Priority = JobOptions.LowestPriority }),
        ["add delayed and prioritized"] = queue => queue.AddAsync("1", Later with { Priority = 5 }),
        ["add lifo"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2", new JobOptions { Lifo = true });
        },
        ["add with every mix of priority, lifo and delay"] = AddEveryMix,
        ["add every mix to a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await AddEveryMix(queue);
        },
        ["add every mix when as many jobs are active as may be"] = async queue =>
        {
            await queue.AllowActiveJobsAsync(1);
            await queue.AddAsync("\"first\"");
            await queue.ProcessWhileAsync("echo", 5, () => AddEveryMix(queue));
        },
        ["add when more jobs may be active"] = async queue =>
        {
            await queue.AllowActiveJobsAsync(5);
            await queue.AddAsync("1");
            await queue.AddAsync("2", new JobOptions { Priority = 1 });
        },
        ["add an id twice"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "mine" });
            await queue.AddAsync("2", new JobOptions { JobId = "mine" });
        },
        ["add an id twice in different states"] = async queue =>
        {
            foreach (var again in new[] { new JobOptions(), Later, new JobOptions { Priority = 4 }, new JobOptions { Lifo = true } })
                await queue.AddAsync("1", again with { JobId = "mine" });
        },
        ["add an id that has completed"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "mine" });
            await queue.ProcessAsync("echo");
            await queue.AddAsync("2", new JobOptions { JobId = "mine" });
        },
        ["add ids of any form"] = async queue =>
        {
            foreach (var id in new[] { "007", "1.5", "a b", "ünï ✓", "three:part:id", "{x}", "-", "*", "9007199254740993x" })
                await queue.AddAsync("1", new JobOptions { JobId = id });
        },
        ["add names of any text"] = async queue =>
        {
            foreach (var name in OddTexts) await queue.AddNamedAsync(name, "1");
        },
        ["add data of every form"] = async queue =>
        {
            foreach (var data in new[] { "0", "-1.5", "1e+21", "\"\"", "true", "false", "null", "[]", "{}", "[1,\"a\",null,{\"b\":{}}]", "{\"ünï\":\"\\u0000\\u001f\\\"\\\\ 🚀\"}" })
                await queue.AddAsync(data);
        },
        ["add a megabyte"] = queue => queue.AddAsync($"\"{new string('x', 1_000_000)}✓\""),
        ["add many in one call"] = queue => queue.AddBulkAsync(
            ("1", null), ("2", new JobOptions { JobId = "mine" }), ("3", new JobOptions { JobId = "mine" }), ("4", Later), ("5", new JobOptions { Priority = 3 }), ("6", new JobOptions { Lifo = true })),
        ["add many in one call to a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.AddBulkAsync(("1", null), ("2", new JobOptions { Lifo = true }), ("3", Later), ("4", new JobOptions { Priority = 3 }), ("5", null));
        },
        ["complete what was added with every mix"] = async queue =>
        {
            await AddEveryMix(queue);
            await queue.ProcessAsync("echo", attempts: 4);
        },
    };

    private static readonly string[] OddTexts =
        ["", " ", "a:b", "\"quoted\"", "line\nbreak\r\ttab", "nul\0nul", "\u0001\u001b\u007f\u0085", "ünï 漢字 🚀 👩‍👩‍👧", "\uFFFE\uFFFF", "{\"a\":1}", "'; DROP", "%d %s \\x"];

    // The ids are in the order in which a worker takes the jobs: those that end in the same millisecond are sorted by id.
    private static async Task AddEveryMix(IQueueActor queue)
    {
        foreach (var priority in new int?[] { null, 3 })
        {
            foreach (var lifo in new bool?[] { null, true })
            {
                foreach (var delay in new TimeSpan?[] { null, Hour })
                {
                    var place = (priority, lifo) switch { (null, true) => "a", (null, _) => "b", (_, null) => "c", _ => "d" };
                    await queue.AddAsync("1", new JobOptions { JobId = $"{place}{delay?.TotalHours}", Priority = priority, Lifo = lifo, Delay = delay });
                }
            }
        }
    }
}
