using System.Data.Common;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Catalog;

/// <summary>A workflow that a worker has published.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="PublishedAt">When a worker last said that it can run it.</param>
public sealed record WorkflowDescription(string Name, string? Description, DateTimeOffset PublishedAt)
{
    internal static WorkflowDescription Read(DbDataReader row) => new(row.GetString(0), row.GetTextOrNull(1), row.GetInstant(2));
}
