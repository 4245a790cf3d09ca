using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Hosting.Stopping;

/// <summary>
/// Stops what uses a store before the store. The orchestrator ends all processes at once, and a worker whose Redis is gone can't hand its jobs back.
/// </summary>
internal sealed partial class StoreUsers(ResourceNotificationService notifications, ResourceCommandService commands, ILogger<StoreUsers> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, string?> _states = new();

    // Hosted services stop in the reverse order of their registration, so this one before the orchestrator.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var running = _states.Where(user => user.Value == KnownResourceStates.Running).Select(user => user.Key);
        await Task.WhenAll(running.Select(id => StopAsync(id, cancellationToken))).ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken).ConfigureAwait(false))
        {
            if (UsesAStore(change.Resource)) _states[change.ResourceId] = change.Snapshot.State?.Text;
        }
    }

    private static bool UsesAStore(IResource resource) =>
        resource.TryGetAnnotationsOfType<WaitAnnotation>(out var waits) && waits.Any(wait => wait.Resource.HasAnnotationOfType<StopsAfterItsUsersAnnotation>());

    // The command returns when the process has ended.
    private async Task StopAsync(string id, CancellationToken ct)
    {
        var result = await commands.ExecuteCommandAsync(id, KnownResourceCommands.StopCommand, ct).ConfigureAwait(false);
        if (!result.Success && !result.Canceled) NotStopped(logger, id, result.Message ?? "no reason was given");
    }

    [LoggerMessage(1, LogLevel.Warning, "{Resource} could not be stopped before its stores: {Reason}")]
    private static partial void NotStopped(ILogger logger, string resource, string reason);
}
