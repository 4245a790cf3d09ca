using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    // Times so long that no second job becomes due while a scenario runs, or so short that a test can wait for a few.
    private static RepeatOptions Hourly => new() { Every = TimeSpan.FromHours(1) };
    private static RepeatOptions Quick => new() { Every = TimeSpan.FromMilliseconds(500) };
    private static RepeatOptions Yearly => new() { Pattern = "0 3 1 1 *" };
    private static RepeatOptions EverySecond => new() { Pattern = "* * * * * *" };

    private static JobSchedulerTemplate Template => new()
    {
        Name = "work",
        Data = Json.Bytes("""{"n":1,"s":"ünï ✓"}"""),
        Options = new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(20)), RemoveOnComplete = KeepJobs.Count(5) },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> Schedulers => new()
    {
        ["schedule an interval"] = queue => queue.UpsertSchedulerAsync("s", Hourly),
        ["schedule an interval with a template"] = queue => queue.UpsertSchedulerAsync("s", Hourly, Template),
        ["schedule an interval from a date"] = queue => queue.UpsertSchedulerAsync("s", Hourly with { StartDate = DateTimeOffset.UtcNow.AddDays(1) }),
        ["schedule an interval from a date that is over"] = queue => queue.UpsertSchedulerAsync("s", Hourly with { StartDate = DateTimeOffset.UtcNow.AddDays(-1) }),
        ["schedule an interval with an offset"] = queue => queue.UpsertSchedulerAsync("s", Hourly with { Offset = TimeSpan.FromMilliseconds(SchedulerTimes.GivenOffset) }),
        ["schedule an interval with limit and end"] = queue =>
            queue.UpsertSchedulerAsync("s", Hourly with { Limit = 5, EndDate = DateTimeOffset.UtcNow.AddDays(1), Tz = "Europe/Berlin" }),
        ["schedule an interval of which some jobs are made"] = queue => queue.UpsertSchedulerAsync("s", Hourly with { Limit = 5, Count = 3 }),
        ["schedule an interval whose limit is reached"] = AfterAnAdd(queue => queue.UpsertSchedulerAsync("s", Hourly with { Limit = 3, Count = 3 })),
        ["schedule a pattern"] = queue => queue.UpsertSchedulerAsync("s", Yearly),
        ["schedule a pattern with a template"] = queue => queue.UpsertSchedulerAsync("s", Yearly, Template),
        ["schedule a pattern in a time zone"] = queue => queue.UpsertSchedulerAsync("s", Yearly with { Tz = "America/New_York", Limit = 2 }),
        ["schedule a pattern at once"] = queue => queue.UpsertSchedulerAsync("s", Yearly with { Immediately = true }),
        ["schedule a pattern from a date"] = queue => queue.UpsertSchedulerAsync("s", Yearly with { StartDate = DateTimeOffset.UtcNow.AddYears(2) }),
        ["schedule a pattern that ends before it begins"] = AfterAnAdd(queue => queue.UpsertSchedulerAsync("s", Yearly with { EndDate = DateTimeOffset.UtcNow.AddSeconds(5) })),
        ["schedule a pattern with an offset"] = queue => queue.UpsertSchedulerAsync("s", Yearly with { Offset = TimeSpan.FromMilliseconds(SchedulerTimes.GivenOffset) }),
        ["schedule a pattern that is none"] = AfterAnAdd(queue => queue.UpsertSchedulerAsync("s", new RepeatOptions { Pattern = "0 25 * * *" })),
        ["schedule an interval and a pattern in one"] = AfterAnAdd(queue => queue.UpsertSchedulerAsync("s", Yearly with { Every = TimeSpan.FromHours(1) })),
        ["schedule until a date that is over"] = AfterAnAdd(queue => queue.UpsertSchedulerAsync("s", Hourly with { EndDate = DateTimeOffset.UtcNow.AddDays(-1) })),
        ["schedule under an id with colons"] = queue => queue.UpsertSchedulerAsync("a:b:c:d:e", Hourly),
        ["schedule two"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.UpsertSchedulerAsync("t", Yearly);
        },
        ["schedule prioritized jobs"] = queue => queue.UpsertSchedulerAsync("s", Hourly, new JobSchedulerTemplate { Options = new JobOptions { Priority = 5 } }),
        ["schedule lifo jobs"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.UpsertSchedulerAsync("s", Hourly, new JobSchedulerTemplate { Options = new JobOptions { Lifo = true } });
        },
        ["schedule on a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.UpsertSchedulerAsync("s", Hourly);
        },

        ["schedule the same interval again"] = Twice(Hourly, Hourly),
        ["schedule another interval"] = Twice(Hourly, Hourly with { Every = TimeSpan.FromHours(2) }),
        ["schedule another interval that is delayed"] = Twice(Hourly with { Offset = TimeSpan.FromMilliseconds(SchedulerTimes.GivenOffset) }, Hourly with { Every = TimeSpan.FromHours(2) }),
        ["schedule the same interval with an offset again"] = Twice(Hourly with { Offset = TimeSpan.FromMilliseconds(SchedulerTimes.GivenOffset) }, Hourly with { Offset = TimeSpan.FromMilliseconds(SchedulerTimes.GivenOffset) }),
        ["schedule a pattern instead of an interval"] = Twice(Hourly, Yearly),
        ["schedule an interval instead of a pattern"] = Twice(Yearly, Hourly),
        ["schedule the same pattern again"] = Twice(Yearly, Yearly),
        ["schedule another pattern"] = Twice(Yearly, Yearly with { Pattern = "0 4 1 1 *" }),
        ["schedule another template"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly, Template);
            await queue.UpsertSchedulerAsync("s", Hourly, new JobSchedulerTemplate { Name = "other" });
        },
        ["schedule prioritized jobs again"] = async queue =>
        {
            for (var i = 0; i < 2; i++) await queue.UpsertSchedulerAsync("s", Hourly, new JobSchedulerTemplate { Options = new JobOptions { Priority = 5 } });
        },
        ["schedule the same interval again on a paused queue"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.PauseAsync();
            await queue.UpsertSchedulerAsync("s", Hourly);
        },
        ["schedule the same pattern again on a paused queue"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly);
            await queue.PauseAsync();
            await queue.UpsertSchedulerAsync("s", Yearly);
        },
        ["schedule the same pattern again on a paused queue with its job waiting"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly);
            await queue.PromoteIterationAsync();
            await queue.PauseAsync();
            await queue.UpsertSchedulerAsync("s", Yearly);
        },

        ["process a scheduled job"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.ProcessAsync("echo");
        },
        ["process a scheduled job with a template"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly, Template);
            await queue.ProcessAsync("echo");
        },
        ["process a scheduled job with offset, limit and end"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly with { Offset = TimeSpan.FromMilliseconds(SchedulerTimes.GivenOffset), Limit = 5, EndDate = DateTimeOffset.UtcNow.AddDays(1) });
            await queue.PromoteIterationAsync();
            await queue.ProcessAsync("echo");
        },
        ["process a scheduled job of a pattern"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly with { Immediately = true, Tz = "Asia/Tokyo" }, Template);
            await queue.ProcessAsync("echo");
        },
        ["process a scheduled job before it is due"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly);
            await queue.PromoteIterationAsync();
            await queue.ProcessAsync("echo");
        },
        ["process a prioritized scheduled job"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly, new JobSchedulerTemplate { Options = new JobOptions { Priority = 5 } });
            await queue.ProcessAsync("echo");
        },
        ["process a scheduled job under an id with colons"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("a:b:c:d:e", Hourly);
            await queue.ProcessAsync("echo");
        },
        ["process a scheduled job under an id that looks like a repeatable job"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("name:id:::1000", Hourly);
            await queue.ProcessAsync("echo");
        },
        ["fail a scheduled job"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.ProcessAsync("fail");
        },
        ["fail a scheduled job, then complete it"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly, Template);
            await queue.ProcessAsync("failOnce", attempts: 2);
        },
        ["process all scheduled jobs of an interval"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Quick with { Limit = 3 }, Template);
            await queue.ProcessAsync("echo", attempts: 3);
        },
        ["process all scheduled jobs of a pattern"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", EverySecond with { Limit = 2 });
            await queue.ProcessAsync("echo", attempts: 2);
        },
        ["process the last scheduled job, then schedule again"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly with { Limit = 1 });
            await queue.ProcessAsync("echo");
            await queue.UpsertSchedulerAsync("s", Hourly with { Limit = 1 });
        },
        ["process the last scheduled job, then schedule another interval"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly with { Limit = 1 });
            await queue.ProcessAsync("echo");
            await queue.UpsertSchedulerAsync("s", Quick with { Every = TimeSpan.FromHours(3) });
        },
        ["process a scheduled job after the end"] = async queue =>
        {
            var end = DateTimeOffset.UtcNow.AddSeconds(1);
            await queue.UpsertSchedulerAsync("s", Hourly with { EndDate = end });
            await Eventually.True(() => DateTimeOffset.UtcNow > end);
            await queue.ProcessAsync("echo");
        },
        ["process the last scheduled job before the end of a pattern"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly with { Immediately = true, EndDate = DateTimeOffset.UtcNow.AddHours(1) });
            await queue.ProcessAsync("echo");
        },
        ["process a scheduled job, then schedule the same again"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly, Template);
            await queue.ProcessAsync("echo");
            await queue.UpsertSchedulerAsync("s", Hourly, Template);
        },
        ["process a scheduled job, then schedule another interval"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly, Template);
            await queue.ProcessAsync("echo");
            await queue.UpsertSchedulerAsync("s", Hourly with { Every = TimeSpan.FromHours(2) });
        },
        ["process a scheduled job, then schedule a pattern"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.ProcessAsync("echo");
            await queue.UpsertSchedulerAsync("s", Yearly);
        },
        ["schedule the same interval while its job is active"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.UpsertSchedulerWhileActiveAsync("s", Hourly);
        },
        ["schedule another pattern while its job is active"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly with { Immediately = true });
            await queue.UpsertSchedulerWhileActiveAsync("s", Yearly with { Pattern = "0 4 1 1 *" });
        },
        ["schedule again while the last job is active"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly with { Limit = 1 });
            await queue.UpsertSchedulerWhileActiveAsync("s", Hourly with { Limit = 1 });
        },

        // Repeatable jobs, which BullMQ 5 has beside schedulers; for BullMQ 6 they are ordinary ones.
        ["process a repeatable job with an interval"] = async queue =>
        {
            await queue.AddRepeatableAsync("""{"repeat":{"every":3600000,"immediately":true,"limit":3},"attempts":2,"backoff":100}""");
            await queue.ProcessAsync("echo");
        },
        ["process a repeatable job with a pattern"] = async queue =>
        {
            await queue.AddRepeatableAsync("""{"repeat":{"pattern":"0 3 1 1 *","immediately":true,"tz":"Asia/Tokyo"}}""");
            await queue.ProcessAsync("echo");
        },
        ["process a repeatable job with a key and an end"] = async queue =>
        {
            await queue.AddRepeatableAsync("""{"repeat":{"every":3600000,"immediately":true,"key":"mine","endDate":"2999-01-01T00:00:00.000Z"}}""");
            await queue.ProcessAsync("echo");
        },
        ["process the last repeatable job"] = async queue =>
        {
            await queue.AddRepeatableAsync("""{"repeat":{"every":3600000,"immediately":true,"limit":1}}""");
            await queue.ProcessAsync("echo");
        },

        ["remove a scheduler whose job waits"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.RemoveSchedulerAsync("s");
        },
        ["remove a scheduler whose job is delayed"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly, Template);
            await queue.RemoveSchedulerAsync("s");
        },
        ["remove a scheduler and process what it leaves"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.RemoveSchedulerAsync("s");
            await queue.ProcessAsync("echo");
        },
        ["remove a scheduler that is not there"] = AfterAnAdd(queue => queue.RemoveSchedulerAsync("s")),
        ["remove a scheduler and schedule it again"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Yearly, Template);
            await queue.RemoveSchedulerAsync("s");
            await queue.UpsertSchedulerAsync("s", Yearly);
        },
        ["remove the jobs of a scheduler"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.ProcessAsync("echo");
            await queue.RemoveIterationsAsync();
        },
        ["remove the jobs of a scheduler that was removed"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly);
            await queue.RemoveSchedulerAsync("s");
            await queue.RemoveIterationsAsync();
        },
        ["retry a failed scheduled job"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", Hourly with { Limit = 1 });
            await queue.ProcessAsync("fail");
            await queue.RetryIterationAsync();
            await queue.ProcessAsync("echo");
        },
    };

    // A queue that nothing was written to has no meta yet, where Node's has it from the start.
    private static Func<IQueueActor, Task> AfterAnAdd(Func<IQueueActor, Task> operation) => async queue =>
    {
        await queue.AddAsync("1");
        await operation(queue);
    };

    private static Func<IQueueActor, Task> Twice(RepeatOptions first, RepeatOptions second) => async queue =>
    {
        await queue.UpsertSchedulerAsync("s", first);
        // In the same millisecond the two jobs would have the same id.
        var made = DateTimeOffset.UtcNow;
        await Eventually.True(() => DateTimeOffset.UtcNow > made.AddMilliseconds(2));
        await queue.UpsertSchedulerAsync("s", second);
    };
}
