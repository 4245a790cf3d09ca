namespace WorkflowAspire.Workflows.Runs;

/// <summary>What an operation of a run is.</summary>
public enum OperationKind
{
    /// <summary>It does something, with tries and a timeout.</summary>
    Step,

    /// <summary>It waits for a time.</summary>
    Wait,

    /// <summary>It waits for a signal.</summary>
    Signal,

    /// <summary>It waits for a run of another workflow.</summary>
    Child,
}
