namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    // BullMQ 5 leaves the child with its removed parent, and releases a parent before all children of its flow are there.
    private static readonly string[] NotInFive =
    [
        "add a child of a removed parent to another", "add a flow whose only child has completed", "add a flow whose first child has completed",
    ];

    private static Dictionary<string, Func<IQueueActor, Task>> FlowAdding => new()
    {
        ["add a flow"] = queue => queue.AddFlowAsync(Parent(Child("a"), Child("b"))),
        ["add a flow of one job"] = queue => queue.AddFlowAsync(Parent()),
        ["add a flow of three levels in two queues"] = queue => queue.AddFlowAsync(Parent(
            Child("a", null, Kids, Child("a1"), Child("a2", null, Kids)), Child("b", null, "", Child("b1", null, Kids)), Child("c"))),
        ["add a flow whose root has a generated id"] = queue =>
            queue.AddFlowAsync(new FlowJob("work", "") { Children = [Child("a"), Child("b", null, Kids)] }),
        ["add a flow with another prefix"] = queue => queue.AddFlowAsync(Parent(Child("a") with { Prefix = "other" })),
        ["add a flow with every kind of child"] = queue => queue.AddFlowAsync(Parent(
            new JobOptions { Priority = 2, Delay = TimeSpan.FromHours(1) }, Child("a", Later), Child("b", new JobOptions { Priority = 3 }),
            Child("c", new JobOptions { Lifo = true }), Child("d", Later with { Priority = 1 }), Child("e"))),
        ["add a flow with every rule for a failed child"] = queue => queue.AddFlowAsync(
            Parent([.. Rules.Values.Select((rule, i) => Child($"child-{i}", rule))])),
        ["add a flow with defaults of its queues"] = queue => queue.AddFlowAsync(Parent(Child("a"), Child("b", new JobOptions { Attempts = 5 }, Kids)), new FlowOptions
        {
            QueuesOptions = new Dictionary<string, JobOptions>
            {
                [""] = new() { Attempts = 3, Backoff = BackoffOptions.Fixed(TimeSpan.FromSeconds(1)) },
                [Kids] = new() { Attempts = 2, Priority = 4, RemoveOnComplete = KeepJobs.Age(TimeSpan.FromHours(1), 10) },
            },
        }),
        ["add a flow to a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.AddFlowAsync(Parent(Child("a"), Child("b", new JobOptions { Priority = 1 })));
        },
        ["add flows in one call"] = queue => queue.AddFlowsAsync(
            Child("one", null, "", Child("a"), Child("b", null, Kids)), Child("two", null, Kids, Child("c", null, "", Child("d")))),
        ["add a flow twice"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.AddFlowAsync(Parent(Child("a"), Child("b"), Child("c")));
        },
        ["add a flow for a parent that exists"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a")));
            await queue.AddChildAsync("", "", "parent", new JobOptions { JobId = "b" });
            await queue.AddChildAsync(Kids, "", "parent", new JobOptions { JobId = "c", FailParentOnFailure = true });
        },
        ["add a child alone"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.AddChildAsync("", "", id, new JobOptions());
            await queue.AddChildAsync(Kids, "", id, Later);
        },
        ["add a child whose parent is missing"] = queue => queue.AddChildAsync("", "", "nobody", new JobOptions { JobId = "a" }),
        ["add a job that exists as a child"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("b")));
            await queue.AddAsync("1", new JobOptions { JobId = "a" });
            await queue.AddChildAsync("", "", "parent", new JobOptions { JobId = "a" });
        },
        ["add a completed job as a child"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "a" });
            await queue.ProcessAsync("echo");
            await queue.AddFlowAsync(Parent(Child("b")));
            await queue.AddChildAsync("", "", "parent", new JobOptions { JobId = "a" });
        },
        ["add a completed job as the last child"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "a" });
            await queue.ProcessAsync("echo");
            await queue.AddFlowAsync(Parent(Child("b")));
            await queue.RemoveAsync("b");
            await queue.AddFlowAsync(Child("second", null, "", Child("c", null, Kids)));
            await queue.AddChildAsync("", "", "second", new JobOptions { JobId = "a" });
        },
        ["add a failed job as a child"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "a" });
            await queue.ProcessAsync("fail");
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
        },
        ["add a flow with a child of another parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a")));
            await queue.AddFlowAsync(Child("second", null, "", Child("a"), Child("b")));
        },
        ["add a flow with only a child of another parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a")));
            await queue.AddFlowAsync(Child("second", null, "", Child("a")));
        },
        ["add a child of another parent alone"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a")));
            await queue.AddFlowAsync(Child("second", null, "", Child("b")));
            await queue.AddChildAsync("", "", "second", new JobOptions { JobId = "a" });
        },
        ["add a child of a removed parent to another"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a")));
            await queue.RemoveAsync("", "parent", removeChildren: false);
            await queue.AddFlowAsync(Child("second", null, "", Child("a")));
        },
        ["add a flow whose only child has completed"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "a" });
            await queue.ProcessAsync("echo");
            await queue.AddFlowAsync(Parent(Child("a")));
        },
        ["add a flow whose first child has completed"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "a" });
            await queue.ProcessAsync("echo");
            await queue.AddFlowAsync(Parent(Child("a"), Child("b", null, Kids)));
        },
    };
}
