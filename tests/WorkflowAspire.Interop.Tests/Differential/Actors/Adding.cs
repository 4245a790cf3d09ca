using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    Task<string> AddAsync(string data, JobOptions? options = null);

    /// <summary>Adds jobs in one call.</summary>
    Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs);

    /// <summary>Adds a job of another name than the usual.</summary>
    Task AddNamedAsync(string jobName, string data);

    /// <summary>Adds a job from a queue with default options.</summary>
    Task AddWithDefaultsAsync(JobOptions defaults, string data, JobOptions? options = null);

    /// <summary>Adds a job with options that only a Node program can write. Only Node's package is asked to.</summary>
    Task AddOfNodeAsync(string data, string options);

    /// <summary>Allows so many active jobs. Only Node's package is asked to.</summary>
    Task AllowActiveJobsAsync(int concurrency);

    /// <summary>Deletes a job's hash behind the queue's back.</summary>
    Task LoseHashAsync(string id);
}

internal sealed partial class NodeActor
{
    public Task<string> AddAsync(string data, JobOptions? options = null) =>
        _queue.AddAsync(JsonNode.Parse(data), options is null ? null : NodeOptions.Of(options));

    public Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs) =>
        _queue.AddBulkAsync([.. jobs.Select(job => (JsonNode.Parse(job.Data), job.Options is null ? null : NodeOptions.Of(job.Options)))]);

    public Task AddNamedAsync(string jobName, string data) => _queue.AddNamedAsync(jobName, JsonNode.Parse(data));

    public Task AddWithDefaultsAsync(JobOptions defaults, string data, JobOptions? options = null) =>
        _queue.AddWithDefaultsAsync(NodeOptions.Of(defaults), JsonNode.Parse(data), options is null ? null : NodeOptions.Of(options));

    public Task AddOfNodeAsync(string data, string options) => _queue.AddAsync(JsonNode.Parse(data), JsonNode.Parse(options));

    public Task AllowActiveJobsAsync(int concurrency) => _queue.CallAsync("setGlobalConcurrency", concurrency);

    public Task LoseHashAsync(string id) => _queue.DeleteKeyAsync(id);
}

internal sealed partial class DotNetActor
{
    public async Task<string> AddAsync(string data, JobOptions? options = null) => (await _queue.AddAsync("work", Json.Bytes(data), options)).Id;

    public Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs) =>
        _queue.AddBulkAsync(jobs.Select(job => new NewJob("work", Json.Bytes(job.Data), job.Options)));

    public Task AddNamedAsync(string jobName, string data) => _queue.AddAsync(jobName, Json.Bytes(data));

    public Task AddWithDefaultsAsync(JobOptions defaults, string data, JobOptions? options = null) =>
        new Queue(_queue.Name, _redis, new QueueOptions { DefaultJobOptions = defaults }).AddAsync("work", Json.Bytes(data), options);

    public Task AddOfNodeAsync(string data, string options) => _node.AddAsync(JsonNode.Parse(data), JsonNode.Parse(options));

    public Task AllowActiveJobsAsync(int concurrency) => _node.CallAsync("setGlobalConcurrency", concurrency);

    public Task LoseHashAsync(string id) => _node.DeleteKeyAsync(id);
}
