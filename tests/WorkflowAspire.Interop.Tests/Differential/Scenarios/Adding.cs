namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static Dictionary<string, Func<IQueueActor, Task>> Adding => new()
    {
        ["add"] = queue => queue.AddAsync("""{"n":1,"s":"ünï ✓"}"""),
        ["add several"] = async queue =>
        {
            for (var i = 0; i < 3; i++) await queue.AddAsync($"{i}");
        },
        ["add with every option"] = queue => queue.AddAsync("1", new JobOptions
        {
            JobId = "mine",
            Attempts = 3,
            Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)),
            RemoveOnComplete = KeepJobs.Count(100),
            RemoveOnFail = KeepJobs.Age(TimeSpan.FromHours(1), 10),
            StackTraceLimit = 5,
        }),
        ["add delayed"] = queue => queue.AddAsync("1", Later),
        ["add prioritized"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Priority = 5 });
            await queue.AddAsync("2", new JobOptions { Priority = 2 });
        },
        ["add delayed and prioritized"] = queue => queue.AddAsync("1", Later with { Priority = 5 }),
        ["add lifo"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2", new JobOptions { Lifo = true });
        },
        ["add an id twice"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "mine" });
            await queue.AddAsync("2", new JobOptions { JobId = "mine" });
        },
        ["add many in one call"] = queue => queue.AddBulkAsync(
            ("1", null), ("2", new JobOptions { JobId = "mine" }), ("3", new JobOptions { JobId = "mine" }), ("4", Later), ("5", new JobOptions { Priority = 3 }), ("6", new JobOptions { Lifo = true })),
    };
}
