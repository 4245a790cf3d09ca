namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>What a program may do with a queue, by name.</summary>
internal static class Scenarios
{
    private static readonly JobOptions Later = new() { Delay = TimeSpan.FromHours(1) };
    private static readonly JobOptions TwoAttempts = new() { Attempts = 2 };

    private static readonly Dictionary<string, Func<IQueueActor, Task>> All = new()
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
        ["complete many that were added in one call"] = async queue =>
        {
            await queue.AddBulkAsync(("1", null), ("2", TwoAttempts), ("3", null));
            await queue.ProcessAsync("echo", attempts: 3);
        },
        ["complete"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ProcessAsync("echo");
        },
        ["complete without a result"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ProcessAsync("nothing");
        },
        ["complete several"] = async queue =>
        {
            for (var i = 0; i < 3; i++) await queue.AddAsync($"{i}");
            await queue.ProcessAsync("echo", attempts: 3);
        },
        ["complete prioritized"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Priority = 5 });
            await queue.ProcessAsync("echo");
        },
        ["complete when it is due"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Delay = TimeSpan.FromMilliseconds(50) });
            await queue.ProcessAsync("echo");
        },
        ["complete while another is delayed"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2", Later);
            await queue.ProcessAsync("echo");
        },
        ["fail while another is delayed"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2", Later);
            await queue.ProcessAsync("fail");
        },
        ["fail and keep two"] = async queue =>
        {
            for (var i = 0; i < 4; i++) await queue.AddAsync($"{i}", new JobOptions { RemoveOnFail = KeepJobs.Count(2) });
            await queue.ProcessAsync("fail", attempts: 4);
        },
        ["complete and keep none"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { RemoveOnComplete = KeepJobs.None });
            await queue.ProcessAsync("echo");
        },
        ["complete and keep two"] = async queue =>
        {
            for (var i = 0; i < 4; i++) await queue.AddAsync($"{i}", new JobOptions { RemoveOnComplete = KeepJobs.Count(2) });
            await queue.ProcessAsync("echo", attempts: 4);
        },
        ["fail"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
        },
        ["fail and keep none"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { RemoveOnFail = KeepJobs.None });
            await queue.ProcessAsync("fail");
        },
        ["fail for good with attempts left"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Attempts = 3 });
            await queue.ProcessAsync("unrecoverable");
        },
        ["fail and wait for the next attempt"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts with { Backoff = BackoffOptions.Fixed(TimeSpan.FromHours(1)) });
            await queue.ProcessAsync("fail");
        },
        ["fail, then complete at once"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await queue.ProcessAsync("failOnce", attempts: 2);
        },
        ["fail, then complete after a delay"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts with { Backoff = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(50)) });
            await queue.ProcessAsync("failOnce", attempts: 2);
        },
        ["fail every attempt"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Attempts = 3 });
            await queue.ProcessAsync("fail", attempts: 3);
        },
        ["fail a prioritized job, then complete it"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts with { Priority = 3 });
            await queue.ProcessAsync("failOnce", attempts: 2);
        },
        ["fail with a limit of stack traces"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Attempts = 3, StackTraceLimit = 1 });
            await queue.ProcessAsync("fail", attempts: 3);
        },
        ["retry a failed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.RetryAsync(id);
        },
        ["retry a failed job and complete it"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.RetryAsync(id);
            await queue.ProcessAsync("echo");
        },
        ["complete the children of a flow and their parent"] = async queue =>
        {
            await queue.AddFlowAsync("{}");
            await queue.ProcessAsync("echo", attempts: 3);
        },
        ["fail a child without a rule for its parent"] = async queue =>
        {
            await queue.AddFlowAsync("{}");
            await queue.ProcessAsync("failB", attempts: 2);
        },
        ["fail a child and its parent"] = async queue =>
        {
            await queue.AddFlowAsync("""{"failParentOnFailure":true}""");
            await queue.ProcessAsync("failB", attempts: 3);
        },
        ["fail a child that its parent ignores"] = async queue =>
        {
            await queue.AddFlowAsync("""{"ignoreDependencyOnFailure":true}""");
            await queue.ProcessAsync("failB", attempts: 3);
        },
        ["fail a child that its parent goes on with"] = async queue =>
        {
            await queue.AddFlowAsync("""{"continueParentOnFailure":true}""");
            await queue.ProcessAsync("failB", attempts: 3);
        },
        ["fail a child that its parent forgets"] = async queue =>
        {
            await queue.AddFlowAsync("""{"removeDependencyOnFailure":true}""");
            await queue.ProcessAsync("failB", attempts: 3);
        },
        ["retry a failed child"] = async queue =>
        {
            await queue.AddFlowAsync("""{"failParentOnFailure":true}""");
            await queue.ProcessAsync("failB", attempts: 3);
            await queue.RetryAsync("b");
        },
        ["remove the children of a flow"] = async queue =>
        {
            await queue.AddFlowAsync("{}");
            await queue.RemoveAsync("a");
            await queue.RemoveAsync("b");
        },
        ["pause"] = queue => queue.PauseAsync(),
        ["pause with waiting jobs"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2");
            await queue.PauseAsync();
        },
        ["add to a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.AddAsync("1");
            await queue.AddAsync("2", new JobOptions { Priority = 1 });
            await queue.AddAsync("3", Later);
        },
        ["resume"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.ResumeAsync();
        },
        ["resume with waiting jobs"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PauseAsync();
            await queue.AddAsync("2");
            await queue.ResumeAsync();
        },
        ["resume with a delayed job"] = async queue =>
        {
            await queue.AddAsync("1", Later);
            await queue.PauseAsync();
            await queue.ResumeAsync();
        },
        ["remove a waiting job"] = async queue => await queue.RemoveAsync(await queue.AddAsync("1")),
        ["remove a delayed job"] = async queue => await queue.RemoveAsync(await queue.AddAsync("1", Later)),
        ["remove a completed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("echo");
            await queue.RemoveAsync(id);
        },
        ["remove a job of a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.RemoveAsync(await queue.AddAsync("1"));
        },
    };

    public static IEnumerable<string> Names => All.Keys;

    public static Task RunAsync(string name, IQueueActor queue) => All[name](queue);
}
