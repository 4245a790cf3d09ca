using System.Collections.Concurrent;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Catalog;

/// <summary>What the workers can run, as a table: workers publish it, and who accepts runs reads it.</summary>
public sealed class WorkflowDirectory
{
    private readonly WorkflowDatabase _database;
    private readonly WorkflowCatalog _catalog;
    private readonly TimeProvider _time;

    // What was published once is never withdrawn, so that a submission needn't ask again.
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    internal WorkflowDirectory(WorkflowDatabase database, WorkflowCatalog catalog, TimeProvider time)
    {
        _database = database;
        _catalog = catalog;
        _time = time;
    }

    /// <summary>Publishes the workflows that are registered in this process.</summary>
    public async Task PublishAsync(CancellationToken ct = default)
    {
        foreach (var workflow in _catalog.Definitions)
        {
            await _database.ExecuteAsync(
                """
                INSERT INTO workflows (name, description, published_at) VALUES (@name, @description, @now)
                ON CONFLICT (name) DO UPDATE SET description = excluded.description, published_at = excluded.published_at
                """,
                new StoreParameters { ["name"] = workflow.Name, ["description"] = workflow.Description, ["now"] = _time.GetUtcNow() },
                ct).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a worker has published a workflow of this name.</summary>
    public async Task<bool> ExistsAsync(string name, CancellationToken ct = default)
    {
        if (_known.ContainsKey(name)) return true;
        var exists = await _database.QueryAsync(
            "SELECT 1 FROM workflows WHERE name = @name", new StoreParameters { ["name"] = name }, _ => true, ct).ConfigureAwait(false) is [true];
        if (exists) _known[name] = true;
        return exists;
    }

    /// <summary>All published workflows, by name.</summary>
    public async Task<IReadOnlyList<WorkflowDescription>> ListAsync(CancellationToken ct = default) =>
        await _database.QueryAsync("SELECT name, description, published_at FROM workflows ORDER BY name", new StoreParameters(), WorkflowDescription.Read, ct).ConfigureAwait(false);
}
