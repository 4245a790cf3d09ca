namespace WorkflowAspire.Workflows.Store;

/// <summary>Where the two databases' SQL can't be the same.</summary>
internal abstract class StoreDialect
{
    public static StoreDialect Postgres { get; } = new OfPostgres();

    public static StoreDialect Sqlite { get; } = new OfSqlite();

    /// <summary>Ends a SELECT, or a part of one, so that its rows can't change before the statement's transaction ends.</summary>
    /// <param name="relation">Of which relation's rows that is true.</param>
    public abstract string SharedRowLock(string relation);

    private sealed class OfPostgres : StoreDialect
    {
        public override string SharedRowLock(string relation) => $"FOR SHARE OF {relation}";
    }

    // SQLite has one writer at a time: what a write has read can't change under it.
    private sealed class OfSqlite : StoreDialect
    {
        public override string SharedRowLock(string relation) => "";
    }
}
