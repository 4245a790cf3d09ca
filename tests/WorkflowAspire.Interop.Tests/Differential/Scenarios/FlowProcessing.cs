namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static Dictionary<string, Func<IQueueActor, Task>> FlowProcessing => new()
    {
        ["complete the children of a flow and their parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.ProcessAsync("echo", attempts: 3);
        },
        ["complete a flow of three levels in two queues"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("mid", null, Kids, Child("a1"), Child("a2", null, Kids))));
            await queue.ProcessAsync("", "echo", 1);
            await queue.ProcessAsync(Kids, "echo", 2);
            await queue.ProcessAsync("", "echo", 1);
        },
        ["complete the child of a paused parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids)));
            await queue.PauseAsync();
            await queue.ProcessAsync(Kids, "echo", 1);
        },
        ["complete the child of a paused parent with a priority"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(new JobOptions { Priority = 3 }, Child("a", null, Kids)));
            await queue.PauseAsync();
            await queue.ProcessAsync(Kids, "echo", 1);
        },
        ["complete the child of a parent with a priority"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(new JobOptions { Priority = 3 }, Child("a", null, Kids)));
            await queue.ProcessAsync(Kids, "echo", 1);
        },
        ["complete the child of a delayed parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Later, Child("a", null, Kids)));
            await queue.ProcessAsync(Kids, "echo", 1);
        },
        ["complete the child of a parent in a limited queue"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids)));
            await queue.LimitAsync(1);
            await queue.ProcessAsync(Kids, "echo", 1);
        },
        ["complete the child of a removed parent"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", null, Kids)));
            await queue.RemoveAsync("", "parent", removeChildren: false);
            await queue.ProcessAsync(Kids, "echo", 1);
        },
        ["complete a child and keep none"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", new JobOptions { RemoveOnComplete = KeepJobs.None })));
            await queue.ProcessAsync("echo", attempts: 2);
        },
        ["complete a parent that parks for a child"] = async queue =>
        {
            await queue.AddAsync("\"p\"", new JobOptions { JobId = "parent" });
            await queue.ProcessAsync("", "park", 2);
        },
        ["fail a parent that parks for a child"] = async queue =>
        {
            await queue.AddAsync("\"p\"", new JobOptions { JobId = "parent" });
            await queue.ProcessAsync("", "parkForFailing", 2);
        },
        ["finish a parent with a pending child"] = async queue =>
        {
            await queue.AddAsync("\"p\"", new JobOptions { JobId = "parent" });
            await queue.ProcessAsync("", "forget", 2);
        },
        ["finish a parent with a failed child"] = async queue =>
        {
            await queue.AddAsync("\"p\"", new JobOptions { JobId = "parent", Attempts = 3 });
            await queue.ProcessAsync("", "outlive", 2, concurrency: 2);
        },
        ["park a parent with a failed child"] = async queue =>
        {
            await queue.AddAsync("\"p\"", new JobOptions { JobId = "parent", Attempts = 3 });
            await queue.ProcessAsync("", "parkTooLate", 2, concurrency: 2);
        },
        ["park a parent for one child that is no child"] = async queue =>
        {
            await queue.AddAsync("\"p\"", new JobOptions { JobId = "parent" });
            await queue.ProcessAsync("", "parkForOne", 2);
        },
    };
}
