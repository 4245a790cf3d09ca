namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static Dictionary<string, Func<IQueueActor, Task>> FlowFailures => Rules.SelectMany(RowsOf).Concat(
    [
        KeyValuePair.Create<string, Func<IQueueActor, Task>>("fail through three levels", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("mid", Rules["that fails its parent"], "", Child("b", Rules["that fails its parent"]))));
            await queue.ProcessAsync("failB", attempts: 3);
        }),
        new("fail through three levels in two queues", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("mid", Rules["that fails its parent"], Kids, Child("b", Rules["that fails its parent"]))));
            await queue.ProcessAsync("failB");
            await queue.ProcessAsync(Kids, "failB", 1);
            await queue.ProcessAsync("failB");
        }),
        new("fail the middle of three levels for a root that ignores it", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("mid", Rules["that its parent ignores"], "", Child("b", Rules["that fails its parent"]))));
            await queue.ProcessAsync("failB", attempts: 3);
        }),
        new("retry a failed child", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", Rules["that fails its parent"]), Child("b", Rules["that fails its parent"])));
            await queue.ProcessAsync("failB", attempts: 3);
            await queue.RetryAsync("b");
        }),
        new("retry an ignored child", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids), Child("b", Rules["that its parent ignores"])));
            await queue.ProcessAsync("failB");
            await queue.RetryAsync("b");
        }),
        new("fail a child with attempts left", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("b", Rules["that fails its parent"] with { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromHours(1)) })));
            await queue.ProcessAsync("failB");
        }),
        new("fail a child without a rule and keep none", async queue =>
        {
            await queue.AddFlowAsync(Parent(new JobOptions { Priority = 2 }, Child("b", new JobOptions { RemoveOnFail = KeepJobs.None })));
            await queue.PauseAsync(Kids);
            await queue.ProcessAsync("failB", attempts: 2);
        }),
        new("trim failed children", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("b", null, Kids), Child("a", null, Kids)));
            await queue.ProcessAsync(Kids, "failB", 2);
            await queue.AddChildAsync(Kids, "", "parent", new JobOptions { JobId = "c" });
            await queue.AddFlowAsync(Child("one", new JobOptions { RemoveOnFail = KeepJobs.Count(1) }, Kids));
            await queue.ProcessAsync(Kids, "fail", 2);
        }),
        new("fail a child of a parent that a rule has released", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", Rules["that its parent goes on with at once"], Kids), Child("b", Rules["that fails its parent"], "-more")));
            await queue.ProcessAsync(Kids, "fail", 1);
            await queue.ProcessAsync("-more", "fail", 1);
        }),
        new("fail the child of a failed parent", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", Rules["that fails its parent"], Kids), Child("b", Rules["that fails its parent"], "-more")));
            await queue.ProcessAsync(Kids, "fail", 1);
            await queue.ProcessAsync("echo");
            await queue.ProcessAsync("-more", "fail", 1);
        }),
        new("fail the child of a removed parent", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("b", Rules["that fails its parent"], Kids)));
            await queue.RemoveAsync("", "parent", removeChildren: false);
            await queue.ProcessAsync(Kids, "failB", 1);
        }),
    ]).ToDictionary();

    // Each rule with one of two children failing, and with parents of every kind in a queue of their own.
    private static IEnumerable<KeyValuePair<string, Func<IQueueActor, Task>>> RowsOf(KeyValuePair<string, JobOptions> rule)
    {
        yield return new($"fail a child {rule.Key}", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", rule.Value), Child("b", rule.Value)));
            await queue.ProcessAsync("failB", attempts: rule.Value == new JobOptions() ? 2 : 3);
        });
        (string Kind, JobOptions Options)[] parents = [("waiting", new()), ("prioritized", new() { Priority = 5 }), ("delayed", Later)];
        foreach (var (kind, options) in parents)
        {
            yield return new($"fail the only child {rule.Key} of a {kind} parent elsewhere", async queue =>
            {
                await queue.AddFlowAsync(Parent(options, Child("b", rule.Value, Kids)));
                await queue.ProcessAsync(Kids, "failB", 1);
            });
        }

        yield return new($"fail a child {rule.Key} of a paused parent", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("b", rule.Value, Kids), Child("c", null, Kids)));
            await queue.PauseAsync();
            await queue.ProcessAsync(Kids, "failB", 2);
        });
        yield return new($"stall a child out {rule.Key}", async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", rule.Value, Kids)));
            await queue.FailDeferredAsync(Kids, "a");
        });
    }
}
