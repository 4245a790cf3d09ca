using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WorkflowAspire.LocalHosting.Output;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What the resources write: the output of their processes and what the AppHost says about them.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every line, as it is written.</summary>
    internal event Action<string, LogLine>? LineWritten;

    /// <summary>Writes to the log of a resource.</summary>
    /// <param name="resource">The resource.</param>
    public ILogger GetLogger(IResource resource) => GetLogger(resource.Name);

    /// <summary>Writes to the log of a resource.</summary>
    /// <param name="resourceName">The resource, or the id of one of its processes.</param>
    public ILogger GetLogger(string resourceName) => new ResourceLogger(line => Write(resourceName, line, isError: false));

    /// <summary>The lines written so far and all that follow, until the resource's log ends.</summary>
    /// <param name="resource">The resource.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => WatchAsync(resource.Name);

    /// <summary>The lines written so far and all that follow, until the resource's log ends.</summary>
    /// <param name="resourceName">The resource, or the id of one of its processes.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => Log(resourceName).WatchAsync();

    /// <summary>The lines written so far.</summary>
    /// <param name="resource">The resource.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => GetAllAsync(resource.Name);

    /// <summary>The lines written so far.</summary>
    /// <param name="resourceName">The resource, or the id of one of its processes.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName) => Log(resourceName).GetAllAsync();

    /// <summary>Ends the log of a resource: who watches it reads to its end.</summary>
    /// <param name="resource">The resource.</param>
    public void Complete(IResource resource) => Complete(resource.Name);

    /// <summary>Ends the log of a resource: who watches it reads to its end.</summary>
    /// <param name="name">The resource.</param>
    public void Complete(string name) => Log(name).Complete();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var log in _logs.Values) log.Complete();
        GC.SuppressFinalize(this);
    }

    internal void Write(string resourceId, string content, bool isError, string? resourceName = null)
    {
        var line = Log(resourceId).Add(content, isError);
        // One process among several writes to its own log and to that of the resource.
        if (resourceName is not null && resourceName != resourceId) Log(resourceName).Add(content, isError);
        LineWritten?.Invoke(resourceId, line);
    }

    private ResourceLog Log(string name) => _logs.GetOrAdd(name, _ => new ResourceLog());
}
