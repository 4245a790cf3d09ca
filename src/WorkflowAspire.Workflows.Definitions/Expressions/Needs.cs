namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>What of a run's data a text names, and so what it is given.</summary>
/// <param name="Roots">Names among input, run, steps, item and index.</param>
/// <param name="Steps">The steps; null for all.</param>
internal sealed record Needs(IReadOnlyCollection<string> Roots, IReadOnlyCollection<string>? Steps)
{
    /// <summary>What several texts name together.</summary>
    public static Needs Of(IEnumerable<Needs> several)
    {
        var all = several.ToList();
        return all is [var one] ? one : new Needs(
            all.SelectMany(needs => needs.Roots).ToHashSet(), all.Any(needs => needs.Steps is null) ? null : all.SelectMany(needs => needs.Steps!).ToHashSet());
    }
}
