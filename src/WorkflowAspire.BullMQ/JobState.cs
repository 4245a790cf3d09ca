namespace WorkflowAspire.BullMQ;

/// <summary>Where a job is in its life. The names are BullMQ's.</summary>
public enum JobState
{
    /// <summary>No list or set of the queue holds the job.</summary>
    Unknown,

    /// <summary>Ready to be taken by a worker.</summary>
    Waiting,

    /// <summary>Taken by a worker.</summary>
    Active,

    /// <summary>Waits for its time.</summary>
    Delayed,

    /// <summary>Ready to be taken, in the order of its priority.</summary>
    Prioritized,

    /// <summary>Parked by BullMQ 5 while its queue is paused; BullMQ 6 leaves such jobs waiting.</summary>
    Paused,

    /// <summary>A parent whose children are not finished yet.</summary>
    WaitingChildren,

    /// <summary>Done.</summary>
    Completed,

    /// <summary>Failed for good.</summary>
    Failed,
}

/// <summary>BullMQ's own spelling of the states.</summary>
public static class JobStateNames
{
    /// <summary>The state as Node's package writes it, for example <c>waiting-children</c>.</summary>
    public static string ToBullName(this JobState state) => state switch
    {
        JobState.Waiting => "waiting",
        JobState.Active => "active",
        JobState.Delayed => "delayed",
        JobState.Prioritized => "prioritized",
        JobState.Paused => "paused",
        JobState.WaitingChildren => "waiting-children",
        JobState.Completed => "completed",
        JobState.Failed => "failed",
        _ => "unknown",
    };

    /// <summary>The state of a name as Node's package writes it; <see cref="JobState.Unknown"/> for any other.</summary>
    public static JobState Parse(string? name) => name switch
    {
        "waiting" or "wait" => JobState.Waiting,
        "active" => JobState.Active,
        "delayed" => JobState.Delayed,
        "prioritized" => JobState.Prioritized,
        "paused" => JobState.Paused,
        "waiting-children" => JobState.WaitingChildren,
        "completed" => JobState.Completed,
        "failed" => JobState.Failed,
        _ => JobState.Unknown,
    };

    /// <summary>The part of the Redis key that holds the jobs of this state.</summary>
    internal static string KeyPart(this JobState state) => state == JobState.Waiting ? "wait" : state.ToBullName();

    internal static bool IsList(this JobState state) => state is JobState.Waiting or JobState.Active or JobState.Paused;
}
