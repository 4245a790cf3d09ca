using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>
/// Tells the runs of workflows that another worker has from those that nobody has: while a new version is rolled out, workers of the old one take
/// runs of new workflows. After a while nobody comes who has them, and they fail.
/// </summary>
internal sealed partial class UnfamiliarWorkflows(
    WorkflowDirectory directory, IConnectionMultiplexer redis, IOptions<ExecutionOptions> options, TimeProvider time, ILogger<UnfamiliarWorkflows> logger)
{
    /// <summary>How long such a run waits: long enough for another worker to come by, and short enough for one that starts just now.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _grace = options.Value.UnknownWorkflowGrace;

    /// <summary>Whether a worker has published the workflow, and the run hasn't been waiting for one for too long.</summary>
    public async Task<bool> MayBeTakenByAnotherAsync(Job job, WorkflowRun run, CancellationToken ct)
    {
        // A tenant's definition is in the database, which is every worker's.
        if (run.DefinitionVersion is not null || _grace == TimeSpan.Zero || !await directory.ExistsAsync(run.WorkflowId, ct)) return false;
        var until = await SinceAsync(run) + _grace;
        if (time.GetUtcNow() >= until) return false;
        PutBack(logger, job.Id, run.Id, run.TenantId, run.WorkflowId, until);
        return true;
    }

    // The key goes by itself, so that a later replay has all the time again.
    private async Task<DateTimeOffset> SinceAsync(WorkflowRun run)
    {
        var now = time.GetUtcNow();
        try
        {
            var first = await redis.GetDatabase().StringSetAndGetAsync(
                $"bull:workflow-unfamiliar:{run.Id:D}", now.ToUnixTimeMilliseconds(), _grace + (2 * Pause), when: When.NotExists);
            return first.IsNull ? now : DateTimeOffset.FromUnixTimeMilliseconds((long)first);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            NotKept(logger, error, run.Id, run.TenantId);
            return now;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Put back a run whose workflow this worker doesn't have; another has published it")]
    private static partial void PutBack(ILogger logger, string jobId, Guid runId, Guid tenantId, string workflowId, DateTimeOffset until);

    [LoggerMessage(LogLevel.Warning, "Since when a run waits for a worker that has its workflow could not be kept")]
    private static partial void NotKept(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
