using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>
/// Tells the runs of workflows that another worker has from those that nobody has: while a new version is rolled out, workers of the old one take
/// runs of new workflows, and of definitions that only the new one can read. After a while nobody comes who can, and they fail.
/// </summary>
internal sealed partial class UnfamiliarWorkflows(
    WorkflowDirectory directory,
    DefinitionStore definitions,
    IConnectionMultiplexer redis,
    IOptions<ExecutionOptions> options,
    TimeProvider time,
    ILogger<UnfamiliarWorkflows> logger)
{
    /// <summary>How long such a run waits: long enough for another worker to come by, and short enough for one that starts just now.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _grace = options.Value.UnknownWorkflowGrace;

    /// <summary>Leaves a run to another worker, where one has published the workflow or its definition is stored.</summary>
    /// <returns>Why it has to fail here: nobody has the workflow, or nobody who has it came in time. Null where it is left.</returns>
    public async Task<UnknownWorkflowException?> LeaveAsync(Job job, WorkflowRun run, UnknownWorkflowException reason, CancellationToken ct)
    {
        if (_grace == TimeSpan.Zero || !await IsKnownElsewhereAsync(run, ct)) return reason;
        var until = await SinceAsync(run) + _grace;
        if (time.GetUtcNow() >= until) return new UnknownWorkflowException($"{reason.Message} No worker that can run it came within {_grace:g} (Worker:UnknownWorkflowGrace).", reason);
        if (run.DefinitionVersion is { } version) PutBackDefined(logger, job.Id, run.Id, run.TenantId, run.WorkflowId, version, until, reason.Message);
        else PutBack(logger, job.Id, run.Id, run.TenantId, run.WorkflowId, until);
        return null;
    }

    // A definition was accepted by some version of the product before it was stored.
    private async Task<bool> IsKnownElsewhereAsync(WorkflowRun run, CancellationToken ct) => run.DefinitionVersion is { } version
        ? await definitions.FindAsync(run.TenantId, run.WorkflowId, version, ct) is not null
        : await directory.ExistsAsync(run.WorkflowId, ct);

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

    [LoggerMessage(LogLevel.Warning, "Put back a run whose definition this worker can't read; another version of the product has accepted it")]
    private static partial void PutBackDefined(
        ILogger logger, string jobId, Guid runId, Guid tenantId, string workflowId, int definitionVersion, DateTimeOffset until, string error);

    [LoggerMessage(LogLevel.Warning, "Since when a run waits for a worker that has its workflow could not be kept")]
    private static partial void NotKept(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
