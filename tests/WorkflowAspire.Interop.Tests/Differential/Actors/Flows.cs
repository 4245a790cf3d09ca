using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Differential;

// A queue of a flow is named by what stands behind the scenario's own queue: "" or, for example, "-kids".
internal partial interface IQueueActor
{
    Task AddFlowAsync(FlowJob flow, FlowOptions? options = null);

    Task AddFlowsAsync(params FlowJob[] flows);

    /// <summary>Adds a job alone to a queue, with a parent in another.</summary>
    Task AddChildAsync(string queue, string parentQueue, string parentId, JobOptions options);

    /// <summary>Runs a worker of a queue until so many attempts have completed or failed and it waits for more, then closes it.</summary>
    Task ProcessAsync(string queue, string how, int attempts, int concurrency = 1);

    Task PauseAsync(string queue);

    Task RemoveAsync(string queue, string id, bool removeChildren);

    Task RemoveChildDependencyAsync(string id);

    Task RemoveUnprocessedChildrenAsync(string id);

    /// <summary>Marks a job as one that stalled too often, and lets a worker fail it for that.</summary>
    Task FailDeferredAsync(string queue, string id);

    /// <summary>Gives a job a lock, as if a worker had it.</summary>
    Task LockAsync(string queue, string id);

    /// <summary>Limits how many jobs of the queue may be active.</summary>
    Task LimitAsync(int concurrency);
}

internal sealed partial class NodeActor
{
    public async Task AddFlowAsync(FlowJob flow, FlowOptions? options = null)
    {
        await OpenAsync(flow);
        await NodeFlow.IgnoringRefusalsAsync(() => _queue.RunAsync("addFlow", NodeFlow.Of(flow, _queue.Name), options is null ? null : NodeFlow.Of(options, _queue.Name)));
    }

    public async Task AddFlowsAsync(params FlowJob[] flows)
    {
        foreach (var flow in flows) await OpenAsync(flow);
        await NodeFlow.IgnoringRefusalsAsync(() => _queue.RunAsync("addFlows", new JsonArray([.. flows.Select(flow => (JsonNode)NodeFlow.Of(flow, _queue.Name))])));
    }

    public async Task AddChildAsync(string queue, string parentQueue, string parentId, JobOptions options)
    {
        await OpenAsync(queue);
        await NodeFlow.IgnoringRefusalsAsync(() => _queue.Beside(queue).AddAsync("child",
            NodeOptions.Of(options with { Parent = new ParentOptions(parentId, $"bull:{_queue.Name}{parentQueue}") })));
    }

    public Task ProcessAsync(string queue, string how, int attempts, int concurrency = 1) =>
        _queue.Beside(queue).ProcessFlowAsync(how, attempts, concurrency);

    public Task PauseAsync(string queue) => _queue.Beside(queue).PauseAsync();

    public Task RemoveAsync(string queue, string id, bool removeChildren) =>
        _queue.Beside(queue).CallAsync("remove", id, new JsonObject { ["removeChildren"] = removeChildren });

    public Task RemoveChildDependencyAsync(string id) => NodeFlow.IgnoringRefusalsAsync(() => _queue.CallJobAsync(id, "removeChildDependency"));

    public Task RemoveUnprocessedChildrenAsync(string id) => _queue.CallJobAsync(id, "removeUnprocessedChildren");

    public Task LimitAsync(int concurrency) => _queue.CallAsync("setGlobalConcurrency", concurrency);

    public async Task FailDeferredAsync(string queue, string id)
    {
        await _queue.Redis.GetDatabase().HashSetAsync($"bull:{_queue.Name}{queue}:{id}", "defa", "job stalled more than allowable limit");
        await ProcessAsync(queue, "echo", 1);
    }

    public Task LockAsync(string queue, string id) => _queue.Redis.GetDatabase().StringSetAsync($"bull:{_queue.Name}{queue}:{id}:lock", "other");

    // Only Node's Queue says in meta who made the queue, and FlowProducer opens none.
    private Task OpenAsync(string queue) => _queue.Beside(queue).ReadyAsync();

    private async Task OpenAsync(FlowJob flow)
    {
        if (flow.Prefix is null) await OpenAsync(flow.QueueName);
        else await _queue.Beside(flow.QueueName).RunAsync("open", flow.Prefix);
        foreach (var child in flow.Children) await OpenAsync(child);
    }
}

internal sealed partial class DotNetActor
{
    public async Task AddFlowAsync(FlowJob flow, FlowOptions? options = null)
    {
        await OpenAsync(flow);
        await NodeFlow.IgnoringRefusalsAsync(() => new FlowProducer(_redis).AddAsync(Named(flow), options is null ? null : new FlowOptions
        {
            QueuesOptions = options.QueuesOptions.ToDictionary(queue => _queue.Name + queue.Key, queue => queue.Value),
        }));
    }

    public async Task AddFlowsAsync(params FlowJob[] flows)
    {
        foreach (var flow in flows) await OpenAsync(flow);
        await NodeFlow.IgnoringRefusalsAsync(() => new FlowProducer(_redis).AddBulkAsync(flows.Select(Named)));
    }

    public async Task AddChildAsync(string queue, string parentQueue, string parentId, JobOptions options)
    {
        await OpenAsync(queue);
        await NodeFlow.IgnoringRefusalsAsync(() => Beside(queue).AddAsync("work", Json.Bytes("\"child\""),
            options with { Parent = new ParentOptions(parentId, _queue.QualifiedName + parentQueue) }));
    }

    public Task ProcessAsync(string queue, string how, int attempts, int concurrency = 1) => FlowWorker.RunAsync(Beside(queue), _redis, how, attempts, concurrency);

    public Task PauseAsync(string queue) => Beside(queue).PauseAsync();

    public Task RemoveAsync(string queue, string id, bool removeChildren) => Beside(queue).RemoveJobAsync(id, removeChildren);

    public async Task RemoveChildDependencyAsync(string id)
    {
        var job = (await _queue.GetJobAsync(id))!;
        await NodeFlow.IgnoringRefusalsAsync(() => job.RemoveChildDependencyAsync());
    }

    public async Task RemoveUnprocessedChildrenAsync(string id) => await (await _queue.GetJobAsync(id))!.RemoveUnprocessedChildrenAsync();

    public async Task FailDeferredAsync(string queue, string id)
    {
        await _redis.GetDatabase().HashSetAsync($"{_queue.QualifiedName}{queue}:{id}", "defa", "job stalled more than allowable limit");
        await ProcessAsync(queue, "echo", 1);
    }

    public Task LockAsync(string queue, string id) => _redis.GetDatabase().StringSetAsync($"{_queue.QualifiedName}{queue}:{id}:lock", "other");

    public Task LimitAsync(int concurrency) => _redis.GetDatabase().HashSetAsync($"{_queue.QualifiedName}:meta", "concurrency", concurrency);

    private Queue Beside(string queue) => new(_queue.Name + queue, _redis);

    private FlowJob Named(FlowJob job) => job with { QueueName = _queue.Name + job.QueueName, Children = [.. job.Children.Select(Named)] };

    private async Task OpenAsync(string queue)
    {
        if (_node.Version == 5) await _node.Beside(queue).ReadyAsync();
    }

    private async Task OpenAsync(FlowJob flow)
    {
        if (flow.Prefix is null) await OpenAsync(flow.QueueName);
        foreach (var child in flow.Children) await OpenAsync(child);
    }
}
