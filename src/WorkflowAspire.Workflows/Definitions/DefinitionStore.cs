using System.Text.Json;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>The definitions of all tenants, in PostgreSQL or SQLite. Rows are only ever added. Thread-safe.</summary>
public sealed class DefinitionStore
{
    private const string Select = $"""
        SELECT {StoredDefinition.Columns},
            CASE WHEN EXISTS (SELECT 1 FROM workflow_definitions_disabled off WHERE off.tenant_id = d.tenant_id AND off.name = d.name) THEN 1 ELSE 0 END
        FROM workflow_definitions d
        """;

    private readonly WorkflowDatabase _database;
    private readonly TimeProvider _time;

    internal DefinitionStore(WorkflowDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
    }

    /// <summary>Adds the next version, unless the newest one says the same.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="name">The definition's name.</param>
    /// <param name="definition">Its JSON.</param>
    /// <param name="mostVersions">How many versions there may be.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The version that now is the newest, and whether it is new.</returns>
    /// <exception cref="TooManyVersionsException">It would be one too many.</exception>
    public async Task<(StoredDefinition Stored, bool Created)> SaveAsync(Guid tenantId, string name, string definition, int mostVersions = int.MaxValue, CancellationToken ct = default)
    {
        using var wanted = JsonDocument.Parse(definition);
        while (true)
        {
            var newest = await FindAsync(tenantId, name, ct: ct).ConfigureAwait(false);
            if (newest is not null && Same(newest, wanted)) return (newest, false);
            if (newest?.Version >= mostVersions) throw new TooManyVersionsException($"'{name}' has {mostVersions} versions, as many as are allowed; save it under another name.");
            var next = new StoredDefinition(tenantId, name, (newest?.Version ?? 0) + 1, definition, _time.GetUtcNow()) { IsDisabled = newest?.IsDisabled ?? false };
            // Somebody else may take the number first; then theirs is compared, and the one after it tried.
            if (await AddAsync(next, ct).ConfigureAwait(false)) return (next, true);
        }
    }

    /// <summary>Keeps new runs of a definition, of any version, from beginning, or lets them begin again; those under way go on.</summary>
    /// <returns>False where there is no such definition.</returns>
    public async Task<bool> SetDisabledAsync(Guid tenantId, string name, bool isDisabled, CancellationToken ct = default)
    {
        if (await FindAsync(tenantId, name, ct: ct).ConfigureAwait(false) is null) return false;
        await _database.ExecuteAsync(
            isDisabled
                ? "INSERT INTO workflow_definitions_disabled (tenant_id, name, disabled_at) VALUES (@tenant, @name, @now) ON CONFLICT DO NOTHING"
                : "DELETE FROM workflow_definitions_disabled WHERE tenant_id = @tenant AND name = @name",
            isDisabled
                ? new StoreParameters { ["tenant"] = tenantId, ["name"] = name, ["now"] = _time.GetUtcNow() }
                : new StoreParameters { ["tenant"] = tenantId, ["name"] = name },
            ct).ConfigureAwait(false);
        return true;
    }

    /// <summary>One version of a definition, the newest by default; null where there is none.</summary>
    public async Task<StoredDefinition?> FindAsync(Guid tenantId, string name, int? version = null, CancellationToken ct = default)
    {
        var parameters = new StoreParameters { ["tenant"] = tenantId, ["name"] = name };
        if (version is { } number) parameters["version"] = number;
        var found = await _database.QueryAsync(
            $"{Select} WHERE tenant_id = @tenant AND name = @name {(version is null ? "ORDER BY version DESC LIMIT 1" : "AND version = @version")}",
            parameters,
            StoredDefinition.Read,
            ct).ConfigureAwait(false);
        return found.SingleOrDefault();
    }

    /// <summary>All versions of a definition, newest first.</summary>
    public async Task<IReadOnlyList<StoredDefinition>> ListVersionsAsync(Guid tenantId, string name, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"{Select} WHERE tenant_id = @tenant AND name = @name ORDER BY version DESC",
            new StoreParameters { ["tenant"] = tenantId, ["name"] = name },
            StoredDefinition.Read,
            ct).ConfigureAwait(false);

    /// <summary>The newest version of each of a tenant's definitions, by name.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="after">The last name of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlyList<StoredDefinition>> ListAsync(Guid tenantId, string? after, int limit, CancellationToken ct = default) =>
        await _database.QueryAsync(
            $"""
            {Select}
            WHERE tenant_id = @tenant AND name > @after
              AND version = (SELECT MAX(version) FROM workflow_definitions newest WHERE newest.tenant_id = d.tenant_id AND newest.name = d.name)
            ORDER BY name LIMIT @limit
            """,
            new StoreParameters { ["tenant"] = tenantId, ["after"] = after ?? "", ["limit"] = limit },
            StoredDefinition.Read,
            ct).ConfigureAwait(false);

    private async Task<bool> AddAsync(StoredDefinition definition, CancellationToken ct) =>
        await _database.ExecuteAsync(
            $"INSERT INTO workflow_definitions ({StoredDefinition.Columns}) VALUES (@tenant, @name, @version, @definition, @created) ON CONFLICT DO NOTHING",
            new StoreParameters
            {
                ["tenant"] = definition.TenantId,
                ["name"] = definition.Name,
                ["version"] = definition.Version,
                ["definition"] = definition.Definition,
                ["created"] = definition.CreatedAt,
            },
            ct).ConfigureAwait(false) == 1;

    private static bool Same(StoredDefinition stored, JsonDocument wanted)
    {
        try
        {
            using var kept = JsonDocument.Parse(stored.Definition);
            return JsonElement.DeepEquals(kept.RootElement, wanted.RootElement);
        }
        catch (JsonException)
        {
            // Somebody has changed the row; the next version replaces it.
            return false;
        }
    }
}
