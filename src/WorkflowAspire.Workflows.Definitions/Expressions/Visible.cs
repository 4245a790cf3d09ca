using System.Collections.Immutable;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>What may be referred to at a place of a definition.</summary>
/// <param name="All">The ids of all steps.</param>
/// <param name="Earlier">The ids of the steps that have ended when this place is reached.</param>
/// <param name="InLoop">Whether there is an item.</param>
internal sealed record Visible(IReadOnlySet<string> All, ImmutableSortedSet<string> Earlier, bool InLoop)
{
    public const string Names = "input, steps, run, and item and index inside forEach";

    public string? RefuseStep(string id)
    {
        if (Earlier.Contains(id)) return null;
        var known = Earlier.Count > 0 ? $"Here one can use {string.Join(", ", Earlier.Select(step => $"steps.{step}"))}." : "No step comes before this one.";
        return All.Contains(id)
            ? $"steps.{id} has no output yet here: the step comes later, is this one, or is inside another branch (use the output of the branch as a whole). {known}"
            : $"There is no step '{id}'. {known}";
    }

    public string? RefuseName(string name) => name is "item" or "index" && !InLoop
        ? $"'{name}' exists only inside the steps of a forEach."
        : name == "secrets"
            ? "A secret can be used as ${secrets.name} or { \"secret\": \"name\" } in an http step's url and headers and in an llm step's connection only: anywhere else it would be stored."
            : null;
}
