using System.Data.Common;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>One version of a tenant's definition; it never changes.</summary>
/// <param name="TenantId">Whose it is.</param>
/// <param name="Name">The workflow's name.</param>
/// <param name="Version">Its number, from 1.</param>
/// <param name="Definition">The definition as JSON.</param>
/// <param name="CreatedAt">When it was saved.</param>
public sealed record StoredDefinition(Guid TenantId, string Name, int Version, string Definition, DateTimeOffset CreatedAt)
{
    /// <summary>Whether no run of the definition, of any version, may begin.</summary>
    public bool IsDisabled { get; init; }

    internal const string Columns = "tenant_id, name, version, definition, created_at";

    internal static StoredDefinition Read(DbDataReader row) => new(row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetInstant(4)) { IsDisabled = row.FieldCount > 5 && row.GetInt32(5) == 1 };
}
