using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Tells how the resources are and how they change.</summary>
public class ResourceNotificationService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly Lock _gate = new();
    private bool _isDisposed;

    internal ResourceNotificationService()
    {
    }

    /// <summary>How a resource is now.</summary>
    /// <param name="resourceId">The id of one process, or the name of a resource that has one.</param>
    /// <param name="resourceEvent">Its latest change.</param>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        if (_current.TryGetValue(resourceId, out resourceEvent)) return true;
        var replicas = _current.Values.Where(e => Concerns(e, resourceId)).Take(2).ToList();
        resourceEvent = replicas.Count == 1 ? replicas[0] : null;
        return resourceEvent is not null;
    }

    /// <summary>All changes from now on, after one event for each resource as it is now.</summary>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>();
        lock (_gate)
        {
            foreach (var current in _current.Values) channel.Writer.TryWrite(current);
            if (_isDisposed) channel.Writer.TryComplete();
            _watchers.Add(channel);
        }

        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false)) yield return change;
        }
        finally
        {
            lock (_gate) _watchers.Remove(channel);
        }
    }

    /// <summary>Waits for a state.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="targetState">The state; <c>Running</c> if none is given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits for one of several states and returns it.</summary>
    /// <param name="resourceName">The resource.</param>
    /// <param name="targetStates">The states.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var reached = await WaitForResourceAsync(resourceName, e => e.Snapshot.State is { } state && states.Contains(state.Text), cancellationToken).ConfigureAwait(false);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until something holds for a resource.</summary>
    /// <param name="resourceName">The resource, or the id of one of its processes.</param>
    /// <param name="predicate">What has to hold.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        await foreach (var change in WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (Concerns(change, resourceName) && predicate(change)) return change;
        }

        throw new OperationCanceledException($"The application ended before '{resourceName}' reached the state that was waited for.");
    }

    /// <summary>Waits until a resource runs and its health checks succeed.</summary>
    /// <param name="resourceName">The resource, or the id of one of its processes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceHealthyAsync(resourceName, WaitBehavior.WaitOnResourceUnavailable, cancellationToken);

    /// <summary>Waits until a resource runs and its health checks succeed.</summary>
    /// <param name="resourceName">The resource, or the id of one of its processes.</param>
    /// <param name="waitBehavior">Whether to give up when it failed to start.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var change = await WaitForResourceAsync(
            resourceName,
            e => e.Snapshot.HealthStatus == HealthStatus.Healthy || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && HasEnded(e)),
            cancellationToken).ConfigureAwait(false);
        if (change.Snapshot.HealthStatus == HealthStatus.Healthy) return change;
        throw new DistributedApplicationException($"'{resourceName}' is {change.Snapshot.State?.Text}, exit code {change.Snapshot.ExitCode}; its log says why.");
    }

    /// <summary>Publishes a change of a resource that has one process.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="stateFactory">Makes the new snapshot of the old.</param>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory) =>
        PublishUpdateAsync(resource, resource.Name, stateFactory);

    /// <summary>Publishes a change of one process of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="resourceId">The process.</param>
    /// <param name="stateFactory">Makes the new snapshot of the old.</param>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_gate)
        {
            var before = _current.TryGetValue(resourceId, out var known)
                ? known.Snapshot
                : new CustomResourceSnapshot { ResourceType = resource.GetType().Name, Properties = [], CreationTimeStamp = DateTime.UtcNow };
            var change = new ResourceEvent(resource, resourceId, stateFactory(before));
            _current[resourceId] = change;
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(change);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var watcher in _watchers) watcher.Writer.TryComplete();
        }

        GC.SuppressFinalize(this);
    }

    private static bool Concerns(ResourceEvent change, string nameOrId) =>
        string.Equals(change.Resource.Name, nameOrId, StringComparison.OrdinalIgnoreCase)
        || string.Equals(change.ResourceId, nameOrId, StringComparison.OrdinalIgnoreCase);

    private static bool HasEnded(ResourceEvent change) =>
        change.Snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);
}
