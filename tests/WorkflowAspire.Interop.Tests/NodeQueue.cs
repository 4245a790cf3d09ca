using System.Text.Json.Nodes;
using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests;

/// <summary>A queue as a Node program with one version of the package sees it.</summary>
public sealed class NodeQueue(NodeProcess node, IConnectionMultiplexer redis, int version, string name)
{
    public int Version => version;

    public string Name => name;

    public Task ReadyAsync() => Call("ready");

    public async Task<string> AddAsync(JsonNode? data = null, JsonNode? options = null) => (string)(await Call("add", "work", data, options))!["id"]!;

    /// <summary>Adds jobs in one call.</summary>
    public Task AddBulkAsync(params (JsonNode? Data, JsonObject? Options)[] jobs) => Call("addBulk",
        new JsonArray([.. jobs.Select(job => (JsonNode)new JsonObject { ["name"] = "work", ["data"] = job.Data, ["opts"] = job.Options ?? new JsonObject() })]));

    /// <summary>Adds a parent with the children a and b.</summary>
    public Task AddFlowAsync(JsonNode? childOptions = null) => Call("addFlow", childOptions ?? new JsonObject());

    public Task<JsonNode?> GetJobAsync(string id) => Call("getJob", id);

    public async Task<string> GetStateAsync(string id) => (string)(await Call("getState", id))!;

    public async Task<JsonArray> GetJobsAsync(params string[] states) =>
        (JsonArray)(await Call("getJobs", new JsonArray([.. states.Select(state => (JsonNode)state)]), 0, -1, true))!;

    public async Task<JsonNode> GetJobCountsAsync() => (await Call("getJobCounts"))!;

    public async Task<JsonArray> GetWorkersAsync() => (JsonArray)(await Call("getWorkers"))!;

    public Task PauseAsync() => Call("pause");

    public Task ResumeAsync() => Call("resume");

    public async Task<bool> IsPausedAsync() => (bool)(await Call("isPaused"))!;

    public Task RetryAsync(string id) => Call("retry", id);

    public Task RemoveAsync(string id) => Call("remove", id);

    /// <summary>Runs a worker until so many attempts have ended and it waits for more, then closes it.</summary>
    public async Task ProcessAsync(string how, int attempts = 1, JsonNode? options = null)
    {
        await Call("process", how, attempts, options ?? new JsonObject());
        await Idle.WorkerAsync(redis, name);
        await CloseWorkerAsync();
    }

    public Task StartWorkerAsync(string how, JsonNode? options = null) => Call("startWorker", how, options ?? new JsonObject());

    public Task CloseWorkerAsync() => Call("closeWorker");

    public Task ListenAsync() => Call("listen");

    public async Task<JsonArray> EventsAsync() => (JsonArray)(await Call("events"))!;

    /// <summary>Calls any method of the package's Queue.</summary>
    public Task<JsonNode?> CallAsync(string method, params JsonNode?[] arguments) => Call("queueCall", method, new JsonArray(arguments));

    /// <summary>Calls any method of the package's Job, on a job that is read first.</summary>
    public Task<JsonNode?> CallJobAsync(string id, string method, params JsonNode?[] arguments) => Call("jobCall", id, method, new JsonArray(arguments));

    /// <summary>Calls a method of the driver's own.</summary>
    public Task<JsonNode?> CallDriverAsync(string method, params JsonNode?[] arguments) => Call(method, arguments);

    public Task CloseAsync() => Call("close");

    private Task<JsonNode?> Call(string method, params JsonNode?[] arguments) => node.CallAsync(version, method, [name, .. arguments]);
}
