namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static Dictionary<string, Func<IQueueActor, Task>> Processing => new()
    {
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
        ["fail every attempt of a number in quotes"] = async queue =>
        {
            await queue.AddOfNodeAsync("1", """{ "attempts": "3", "backoff": { "type": "fixed", "delay": "10" } }""");
            await queue.ProcessAsync("fail", attempts: 3);
        },
        ["fail every attempt with a wait of numbers in quotes that doubles"] = async queue =>
        {
            await queue.AddOfNodeAsync("1", """{ "attempts": 2, "backoff": { "type": "exponential", "delay": "5", "jitter": "0.5" } }""");
            await queue.ProcessAsync("fail", attempts: 2);
        },
        ["fail with a limit of stack traces in quotes"] = async queue =>
        {
            await queue.AddOfNodeAsync("1", """{ "attempts": "3", "stackTraceLimit": "1" }""");
            await queue.ProcessAsync("fail", attempts: 3);
        },
        ["complete and keep what text says"] = async queue =>
        {
            await queue.AddOfNodeAsync("1", """{ "removeOnComplete": "5" }""");
            await queue.AddOfNodeAsync("2", """{ "removeOnComplete": "" }""");
            await queue.AddOfNodeAsync("3", """{ "removeOnComplete": "false" }""");
            await queue.ProcessAsync("echo", attempts: 3);
        },
        ["fail an attempt of a job that is last in, first out by a word"] = async queue =>
        {
            await queue.AddOfNodeAsync("1", """{ "attempts": 2 }""");
            await queue.AddOfNodeAsync("2", """{ "attempts": "2", "lifo": "yes" }""");
            await queue.ProcessAsync("failOnce", attempts: 4);
        },
    };
}
