namespace WorkflowAspire.Workflows.Runs;

/// <summary>Where a run is in its life.</summary>
public enum RunStatus
{
    /// <summary>Accepted, or between two attempts.</summary>
    Pending,

    /// <summary>A worker executes it.</summary>
    Running,

    /// <summary>Parked until something happens outside.</summary>
    Waiting,

    /// <summary>Done; it has an output and is never executed again.</summary>
    Completed,

    /// <summary>Given up; it has an error, and its job is in the dead letter queue.</summary>
    Failed,

    /// <summary>Called off; it is not executed.</summary>
    Cancelled,
}

/// <summary>Statuses as the tables spell them.</summary>
internal static class StatusNames
{
    public static string ToName<T>(this T status)
        where T : struct, Enum => status.ToString().ToLowerInvariant();

    public static T Parse<T>(string name)
        where T : struct, Enum => Enum.Parse<T>(name, ignoreCase: true);
}
