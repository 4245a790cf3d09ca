using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    Task<string> AddAsync(string data, JobOptions? options = null);

    /// <summary>Adds jobs in one call.</summary>
    Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs);
}

internal sealed partial class NodeActor
{
    public Task<string> AddAsync(string data, JobOptions? options = null) =>
        _queue.AddAsync(JsonNode.Parse(data), options is null ? null : NodeOptions.Of(options));

    public Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs) =>
        _queue.AddBulkAsync([.. jobs.Select(job => (JsonNode.Parse(job.Data), job.Options is null ? null : NodeOptions.Of(job.Options)))]);
}

internal sealed partial class DotNetActor
{
    public async Task<string> AddAsync(string data, JobOptions? options = null) => (await _queue.AddAsync("work", Json.Bytes(data), options)).Id;

    public Task AddBulkAsync(params (string Data, JobOptions? Options)[] jobs) =>
        _queue.AddBulkAsync(jobs.Select(job => new NewJob("work", Json.Bytes(job.Data), job.Options)));
}
