namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    // Several children of one queue go in whatever order Redis keeps them, so each has a queue of its own.
    private static Dictionary<string, Func<IQueueActor, Task>> FlowRemoval => new()
    {
        ["remove the children of a flow"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.RemoveAsync("a");
            await queue.RemoveAsync("b");
        },
        ["remove the last child of a parent with a priority"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(new JobOptions { Priority = 3 }, Child("a")));
            await queue.RemoveAsync("a");
        },
        ["remove the last child of a delayed parent elsewhere"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Later, Child("a", null, Kids)));
            await queue.RemoveAsync(Kids, "a", removeChildren: true);
        },
        ["remove the last child of a paused parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids)));
            await queue.PauseAsync();
            await queue.RemoveAsync(Kids, "a", removeChildren: true);
        },
        ["remove a flow"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, "-more"), Child("b", Later, Kids), Child("c", new JobOptions { Priority = 2 }, "-others")));
            await queue.RemoveAsync("", "parent", removeChildren: true);
        },
        ["remove a flow of three levels"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids, Child("a1", null, "-more"), Child("a2", null, "-others")), Child("b", null, "-last")));
            await queue.RemoveAsync("", "parent", removeChildren: true);
        },
        ["remove the middle of a flow"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids, Child("a1"), Child("a2", null, "-more"))));
            await queue.RemoveAsync(Kids, "a", removeChildren: true);
        },
        ["remove a parent without its children"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b", null, Kids)));
            await queue.RemoveAsync("", "parent", removeChildren: false);
        },
        ["remove a flow whose children have finished"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, "-more"), Child("b", Rules["that its parent ignores"], Kids), Child("c", null, "-last")));
            await queue.ProcessAsync("-more", "echo", 1);
            await queue.ProcessAsync(Kids, "failB", 1);
            await queue.RemoveAsync("", "parent", removeChildren: true);
        },
        ["remove a flow that a child has failed"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b", Rules["that fails its parent"])));
            await queue.ProcessAsync("failB", attempts: 3);
            await queue.RemoveAsync("", "parent", removeChildren: true);
        },
        ["remove a flow one of whose children was removed"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.ProcessAsync("echo", attempts: 3);
            await queue.RemoveAsync("a");
            await queue.RemoveAsync("", "parent", removeChildren: true);
        },
        ["remove a flow one of whose children is locked"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids, Child("a1")), Child("b")));
            await queue.LockAsync("", "a1");
            await queue.RemoveAsync("", "parent", removeChildren: true);
        },
        ["remove the unprocessed children of a job"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids), Child("b"), Child("c", null, "-more", Child("c1", null, "-last"), Child("c2", null, "-others"))));
            await queue.ProcessAsync("echo");
            await queue.RemoveUnprocessedChildrenAsync("parent");
        },
        ["remove the unprocessed children of a job but locked and failed ones"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids), Child("b"), Child("c")));
            await queue.ProcessAsync("failB", attempts: 2);
            await queue.AddChildAsync("", "", "parent", new JobOptions { JobId = "d" });
            await queue.LockAsync(Kids, "a");
            await queue.RemoveUnprocessedChildrenAsync("parent");
        },
        ["remove the unprocessed children of a job without children"] = async queue => await queue.RemoveUnprocessedChildrenAsync(await queue.AddAsync("1")),
        ["part a child from its parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.RemoveChildDependencyAsync("a");
        },
        ["part the last child from its parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(new JobOptions { Priority = 2 }, Child("a")));
            await queue.RemoveChildDependencyAsync("a");
            await queue.ProcessAsync("echo", attempts: 2);
        },
        ["part a completed child from its parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b", null, Kids)));
            await queue.ProcessAsync("echo");
            await queue.RemoveChildDependencyAsync("a");
        },
        ["part a child from a removed parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a")));
            await queue.RemoveAsync("", "parent", removeChildren: false);
            await queue.RemoveChildDependencyAsync("a");
        },
        ["part a job without a parent"] = async queue => await queue.RemoveChildDependencyAsync(await queue.AddAsync("1")),
    };
}
