using System.Text.Json.Nodes;
using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>A method of Queue, by both.</summary>
internal sealed record QueueCall(Func<Queue, Task> Ours, string Method, params JsonNode?[] Arguments);

/// <summary>A method of Job, by both.</summary>
internal sealed record JobCall(Func<Job, Task> Ours, string Method, params JsonNode?[] Arguments);

internal partial interface IQueueActor
{
    Task CallAsync(QueueCall call);

    /// <summary>Reads the job and does this with it.</summary>
    Task CallAsync(string id, JobCall call);

    /// <summary>Reads the job, removes it, and then does this with what was read.</summary>
    Task CallWhenGoneAsync(string id, JobCall call);

    /// <summary>Adds a job by Node's package, for options that are another area's.</summary>
    Task<string> AddByNodeAsync(string data, string options);

    /// <summary>The server, for states that no call of the packages leads to.</summary>
    IDatabase Redis { get; }

    RedisKey Key(string part);
}

internal sealed partial class NodeActor
{
    public Task CallAsync(QueueCall call) => _queue.CallAsync(call.Method, Copy(call.Arguments));

    public Task CallAsync(string id, JobCall call) => _queue.CallJobAsync(id, call.Method, Copy(call.Arguments));

    public Task CallWhenGoneAsync(string id, JobCall call) => _queue.RunAsync("goneJobCall", id, call.Method, new JsonArray(Copy(call.Arguments)));

    public Task<string> AddByNodeAsync(string data, string options) => _queue.AddAsync(JsonNode.Parse(data), JsonNode.Parse(options));

    public IDatabase Redis => _queue.Database;

    public RedisKey Key(string part) => _queue.Key(part);

    // A node has one parent only.
    private static JsonNode?[] Copy(JsonNode?[] nodes) => Array.ConvertAll(nodes, node => node?.DeepClone());
}

internal sealed partial class DotNetActor
{
    public Task CallAsync(QueueCall call) => call.Ours(_queue);

    public async Task CallAsync(string id, JobCall call) => await call.Ours((await _queue.GetJobAsync(id))!);

    public async Task CallWhenGoneAsync(string id, JobCall call)
    {
        var job = (await _queue.GetJobAsync(id))!;
        await _queue.RemoveJobAsync(id);
        await call.Ours(job);
    }

    public Task<string> AddByNodeAsync(string data, string options) => _node.AddAsync(JsonNode.Parse(data), JsonNode.Parse(options));

    public IDatabase Redis => _node.Database;

    public RedisKey Key(string part) => _node.Key(part);
}
