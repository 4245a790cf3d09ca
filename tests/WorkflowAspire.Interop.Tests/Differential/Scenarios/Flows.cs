namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private const string Kids = "-kids";

    private static Dictionary<string, JobOptions> Rules => new()
    {
        ["without a rule"] = new(),
        ["that fails its parent"] = new() { FailParentOnFailure = true },
        ["that its parent goes on with at once"] = new() { ContinueParentOnFailure = true },
        ["that its parent ignores"] = new() { IgnoreDependencyOnFailure = true },
        ["that its parent forgets"] = new() { RemoveDependencyOnFailure = true },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> Flows => new Dictionary<string, Func<IQueueActor, Task>>[]
    {
        FlowAdding, FlowProcessing, FlowFailures, FlowRemoval,
    }.SelectMany(rows => rows).ToDictionary();

    private static FlowJob Child(string id, JobOptions? options = null, string queue = "", params FlowJob[] children) =>
        new("work", queue, Json.Bytes($"\"{id}\"")) { Options = (options ?? new JobOptions()) with { JobId = id }, Children = children };

    private static FlowJob Parent(params FlowJob[] children) => Child("parent", null, "", children);

    private static FlowJob Parent(JobOptions options, params FlowJob[] children) => Child("parent", options, "", children);
}
