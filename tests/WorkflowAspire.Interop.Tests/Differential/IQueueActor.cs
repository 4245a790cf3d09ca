using System.Text.Json.Nodes;
using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>What a scenario does with a queue; one implementation drives Node's package, the other ours.</summary>
internal interface IQueueActor
{
    Task<string> AddAsync(string data, JobOptions? options = null);

    /// <summary>Adds jobs in one call.</summary>
    Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs);

    /// <summary>A parent with the children a and b. Only Node's package makes flows; the worker may be either.</summary>
    Task AddFlowAsync(string childOptions);

    Task PauseAsync();

    Task ResumeAsync();

    Task RetryAsync(string id);

    Task RemoveAsync(string id);

    /// <summary>Runs a worker until so many attempts have ended and it waits for more, then closes it.</summary>
    Task ProcessAsync(string how, int attempts = 1);
}

internal sealed class NodeActor(NodeQueue queue) : IQueueActor
{
    public Task<string> AddAsync(string data, JobOptions? options = null) =>
        queue.AddAsync(JsonNode.Parse(data), options is null ? null : NodeOptions.Of(options));

    public Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs) =>
        queue.AddBulkAsync([.. jobs.Select(job => (JsonNode.Parse(job.Data), job.Options is null ? null : NodeOptions.Of(job.Options)))]);

    public Task AddFlowAsync(string childOptions) => queue.AddFlowAsync(JsonNode.Parse(childOptions));

    public Task PauseAsync() => queue.PauseAsync();

    public Task ResumeAsync() => queue.ResumeAsync();

    public Task RetryAsync(string id) => queue.RetryAsync(id);

    public Task RemoveAsync(string id) => queue.RemoveAsync(id);

    public Task ProcessAsync(string how, int attempts = 1) => queue.ProcessAsync(how, attempts);
}

internal sealed class DotNetActor(Queue queue, NodeQueue node, IConnectionMultiplexer redis) : IQueueActor
{
    public async Task<string> AddAsync(string data, JobOptions? options = null) => (await queue.AddAsync("work", Json.Bytes(data), options)).Id;

    public Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs) =>
        queue.AddBulkAsync(jobs.Select(job => new NewJob("work", Json.Bytes(job.Data), job.Options)));

    public Task AddFlowAsync(string childOptions) => node.AddFlowAsync(JsonNode.Parse(childOptions));

    public Task PauseAsync() => queue.PauseAsync();

    public Task ResumeAsync() => queue.ResumeAsync();

    public Task RetryAsync(string id) => queue.RetryJobAsync(id);

    public Task RemoveAsync(string id) => queue.RemoveJobAsync(id);

    public async Task ProcessAsync(string how, int attempts = 1)
    {
        var ended = new CountdownEvent(attempts);
        var allEnded = Task.Run(() => ended.Wait(TimeSpan.FromSeconds(60)));
        await using var worker = new Worker(queue.Name, (job, _) =>
        {
            var result = Processors.Run(how, job);
            ended.Signal();
            return Task.FromResult(result);
        }, redis, new WorkerOptions
        {
            OnFailed = _ =>
            {
                ended.Signal();
                return Task.CompletedTask;
            },
        });
        await worker.StartAsync();
        (await allEnded).ShouldBeTrue();
        await Idle.WorkerAsync(redis, queue.Name);
    }
}
