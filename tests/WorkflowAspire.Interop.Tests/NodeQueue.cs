using System.Text.Json.Nodes;
using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests;

/// <summary>A queue as a Node program with one version of the package sees it.</summary>
public sealed partial class NodeQueue(NodeProcess node, IConnectionMultiplexer redis, int version, string name)
{
    public int Version => version;

    public string Name => name;

    public IDatabase Database => redis.GetDatabase();

    public IConnectionMultiplexer Redis => redis;

    public Task ReadyAsync() => Call("ready");

    public async Task<string> AddAsync(JsonNode? data = null, JsonNode? options = null) => (string)(await Call("add", "work", data, options))!["id"]!;

    /// <summary>Adds a job from a queue with default options.</summary>
    public Task AddWithDefaultsAsync(JsonNode defaults, JsonNode? data, JsonNode? options = null) => Call("addWithDefaults", defaults, data, options);

    /// <summary>Adds a job of another name than the usual.</summary>
    public async Task<string> AddNamedAsync(string jobName, JsonNode? data) => (string)(await Call("addNamed", jobName, data))!["id"]!;

    /// <summary>Makes a queue of another name, to see whether the package takes that.</summary>
    public Task CreateQueueAsync(string queueName) => Call("createQueue", queueName);

    /// <summary>Adds jobs in one call.</summary>
    public Task AddBulkAsync(params (JsonNode? Data, JsonObject? Options)[] jobs) => Call("addBulk",
        new JsonArray([.. jobs.Select(job => (JsonNode)new JsonObject { ["name"] = "work", ["data"] = job.Data, ["opts"] = job.Options ?? new JsonObject() })]));

    /// <summary>Another queue of the same Node program, whose name is this one's with something behind.</summary>
    public NodeQueue Beside(string suffix) => new(node, redis, version, name + suffix);

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

    /// <summary>As <see cref="ProcessAsync"/>, with something that happens while the first job is active and before any ends.</summary>
    public async Task ProcessWhileAsync(string how, int attempts, Func<Task> meanwhile)
    {
        await Call("holdWorker", how);
        await meanwhile();
        await Call("releaseWorker", attempts);
        await Idle.WorkerAsync(redis, name);
        await CloseWorkerAsync();
    }

    /// <summary>Adds a parent with the children a and b, all in this queue.</summary>
    public Task AddFlowAsync(JobOptions? ofChildren = null) => Call("addFlow", NodeFlow.Of(TwoChildren(ofChildren), name), null);

    /// <summary>A parent with the children a and b.</summary>
    public static FlowJob TwoChildren(JobOptions? ofChildren = null)
    {
        return Job("parent", new JobOptions()) with { Children = [Job("a", ofChildren), Job("b", ofChildren)] };

        static FlowJob Job(string id, JobOptions? options) =>
            new("work", "", Json.Bytes($"\"{id}\"")) { Options = (options ?? new JobOptions()) with { JobId = id } };
    }

    /// <summary>The same, where jobs may be refused for their children, which the worker reports as an error too.</summary>
    public async Task ProcessFlowAsync(string how, int attempts, int concurrency = 1)
    {
        await Call("processFlow", how, attempts, new JsonObject { ["concurrency"] = concurrency });
        await Idle.WorkerAsync(redis, name);
        await CloseWorkerAsync();
    }

    public Task StartWorkerAsync(string how, JsonNode? options = null) => Call("startWorker", how, options ?? new JsonObject());

    public Task CloseWorkerAsync() => Call("closeWorker");

    public Task ListenAsync() => Call("listen");

    public async Task<JsonArray> EventsAsync() => (JsonArray)(await Call("events"))!;

    /// <summary>Starts a worker with a processor of node/methods/workerside.mjs.</summary>
    public Task StartWorkerOfAsync(string how, JsonNode options, int? backoff) => Call("startWorkerOf", how, options, backoff);

    /// <summary>Calls any method of the package's Queue.</summary>
    public Task<JsonNode?> CallAsync(string method, params JsonNode?[] arguments) => Call("queueCall", method, new JsonArray(arguments));

    /// <summary>Calls any method of the package's Job, on a job that is read first.</summary>
    public Task<JsonNode?> CallJobAsync(string id, string method, params JsonNode?[] arguments) => Call("jobCall", id, method, new JsonArray(arguments));

    /// <summary>Deletes a key of the queue behind its back, for example a job's hash.</summary>
    public Task DeleteKeyAsync(string part) => redis.GetDatabase().KeyDeleteAsync($"bull:{name}:{part}");

    /// <summary>Calls a method of node/methods/ for this queue.</summary>
    public Task<JsonNode?> RunAsync(string method, params JsonNode?[] arguments) => Call(method, arguments);

    /// <summary>Returns when a worker of the queue, of either side, waits for jobs.</summary>
    public Task IdleAsync() => Idle.WorkerAsync(redis, name);

    /// <summary>The ids of all jobs that schedulers made, whoever made them, in the order in which they are due.</summary>
    public string[] Iterations() =>
        [.. redis.GetServers()[0].Keys(pattern: $"bull:{name}:repeat:*:?????????????").Select(key => key.ToString()[$"bull:{name}:".Length..]).Order(StringComparer.Ordinal)];

    public RedisKey Key(string part) => $"bull:{name}:{part}";

    public Task CloseAsync() => Call("close");

    private Task<JsonNode?> Call(string method, params JsonNode?[] arguments) => node.CallAsync(version, method, [name, .. arguments]);
}
