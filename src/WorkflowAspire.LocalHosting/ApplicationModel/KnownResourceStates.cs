namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that a resource goes through.</summary>
public static class KnownResourceStates
{
    /// <summary>It has not been started.</summary>
    public static readonly string NotStarted = "NotStarted";

    /// <summary>It waits for another resource.</summary>
    public static readonly string Waiting = "Waiting";

    /// <summary>Its process is being started.</summary>
    public static readonly string Starting = "Starting";

    /// <summary>Its process runs; whether it is healthy is said beside.</summary>
    public static readonly string Running = "Running";

    /// <summary>It was told to stop and has not ended yet.</summary>
    public static readonly string Stopping = "Stopping";

    /// <summary>Its process ended.</summary>
    public static readonly string Exited = "Exited";

    /// <summary>Its process ended because it had nothing left to do.</summary>
    public static readonly string Finished = "Finished";

    /// <summary>Its process could not be started.</summary>
    public static readonly string FailedToStart = "FailedToStart";

    /// <summary>The states that only a new start leads out of.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>The commands that every running resource knows.</summary>
public static class KnownResourceCommands
{
    /// <summary>Starts a resource that was stopped.</summary>
    public static readonly string StartCommand = "start";

    /// <summary>Stops a resource; it stays stopped until it is started.</summary>
    public static readonly string StopCommand = "stop";

    /// <summary>Stops a resource and starts it again.</summary>
    public static readonly string RestartCommand = "restart";
}
