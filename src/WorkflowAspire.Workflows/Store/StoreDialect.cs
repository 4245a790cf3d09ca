namespace WorkflowAspire.Workflows.Store;

/// <summary>Where the two databases' SQL can't be the same.</summary>
/// <param name="SharedRowLock">Ends a SELECT whose rows must not change before the statement's transaction ends.</param>
internal sealed record StoreDialect(string SharedRowLock)
{
    public static StoreDialect Postgres { get; } = new("FOR SHARE");

    /// <summary>SQLite has one writer at a time: what a write has read can't change under it.</summary>
    public static StoreDialect Sqlite { get; } = new("");
}
