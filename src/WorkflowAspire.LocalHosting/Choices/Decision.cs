using WorkflowAspire.LocalHosting.Supervision;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>What serves a resource on this machine, why, and the processes that it takes.</summary>
internal sealed record Decision(string Choice, string Reason)
{
    /// <summary>Where it is reached, without secrets.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The processes; one without a program stands for something that runs already.</summary>
    public required IReadOnlyList<ProcessPlan> Processes { get; init; }
}
