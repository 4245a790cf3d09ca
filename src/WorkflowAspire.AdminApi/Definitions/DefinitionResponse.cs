using System.Text.Json;
using WorkflowAspire.Workflows.Definitions;

namespace WorkflowAspire.AdminApi.Definitions;

/// <summary>One version of a tenant's definition.</summary>
internal sealed record DefinitionResponse(Guid TenantId, string Name, int Version, DateTimeOffset CreatedAt, bool Disabled, JsonElement Definition)
{
    public static DefinitionResponse From(StoredDefinition stored) => new(stored.TenantId, stored.Name, stored.Version, stored.CreatedAt, stored.IsDisabled, StoredJson.Show(stored.Definition)!.Value);
}

/// <summary>A definition as lists show it.</summary>
internal sealed record DefinitionSummary(string Name, int Version, string? Description, DateTimeOffset CreatedAt, bool Disabled)
{
    public static DefinitionSummary From(StoredDefinition stored) =>
        new(stored.Name, stored.Version, StoredJson.TextIn(stored.Definition, "description"), stored.CreatedAt, stored.IsDisabled);
}

/// <summary>A page of a tenant's definitions, by name.</summary>
/// <param name="Items">The newest version of each.</param>
/// <param name="NextCursor">Give it as <c>cursor</c> for the next page; null on the last.</param>
internal sealed record DefinitionListResponse(IReadOnlyList<DefinitionSummary> Items, string? NextCursor);

/// <summary>The versions of a definition, newest first.</summary>
internal sealed record DefinitionVersionsResponse(IReadOnlyList<DefinitionSummary> Items);
