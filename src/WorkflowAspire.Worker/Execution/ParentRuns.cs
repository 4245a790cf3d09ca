using System.Data.Common;
using StackExchange.Redis;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Wakes the run that waits for a child once the child has ended.</summary>
internal sealed partial class ParentRuns(ParkedRuns parked, ILogger<ParentRuns> logger)
{
    /// <summary>Never throws: what couldn't be woken now is woken by the next look at overslept runs.</summary>
    public async Task WakeAsync(WorkflowRun? child)
    {
        if (child?.ParentRunId is not { } parent) return;
        try
        {
            await parked.WakeAsync(parent);
        }
        catch (Exception error) when (error is RedisException or DbException or TimeoutException)
        {
            NotWoken(logger, error, parent, child.Id, child.TenantId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A child has ended, but its parent could not be woken; the next look at overslept runs will")]
    private static partial void NotWoken(ILogger logger, Exception exception, Guid runId, Guid childRunId, Guid tenantId);
}
