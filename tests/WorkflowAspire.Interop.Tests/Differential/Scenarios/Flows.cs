namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static Dictionary<string, Func<IQueueActor, Task>> Flows => new()
    {
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
    };
}
