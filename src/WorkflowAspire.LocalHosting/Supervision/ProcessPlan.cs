using Aspire.Hosting.ApplicationModel;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Supervision;

/// <summary>How one process of a resource is started, seen to be healthy, and stopped.</summary>
internal sealed record ProcessPlan(IResource Resource, string Id)
{
    /// <summary>Says what to start, right before it starts; null for something that runs already.</summary>
    public Func<CancellationToken, Task<ChildStart>>? Start { get; init; }

    /// <summary>Throws while the process is not healthy; null if nothing tells.</summary>
    public Func<CancellationToken, Task>? Check { get; init; }

    public StopSignal Signal { get; init; } = StopSignal.Terminate;

    /// <summary>How long the process may take to stop; longer than the 45 seconds that a worker's host gives its runs to finish or go back.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Where it is reached.</summary>
    public IReadOnlyList<UrlSnapshot> Urls { get; init; } = [];
}
