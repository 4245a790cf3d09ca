namespace WorkflowAspire.Workflows.Store;

/// <summary>Executes writes in one transaction of one database.</summary>
internal interface IBatchExecution
{
    /// <summary>How many writes the database is given at the same time when a batch has to be taken apart.</summary>
    int WritesSideBySide { get; }

    /// <summary>Executes and commits them, and keeps each one's outcome in it.</summary>
    Task ExecuteAsync(IReadOnlyList<PendingWrite> writes);

    /// <summary>Whether none of a batch was written that failed with this error, and the fault is one statement's, so that the others are worth a try.</summary>
    bool IsOneStatementsFault(Exception error);
}
