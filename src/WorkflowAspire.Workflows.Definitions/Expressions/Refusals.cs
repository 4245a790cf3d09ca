using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Expressions;

/// <summary>What texts must not refer to at their place.</summary>
internal static class Refusals
{
    // What JavaScript has itself, as far as it is left in an evaluator.
    private static readonly HashSet<string> Known =
    [
        "input", "steps", "run", "item", "index", "undefined", "NaN", "Infinity", "Math", "JSON", "Number", "String", "Boolean", "Array", "Object", "BigInt",
        "Symbol", "RegExp", "Map", "Set", "Error", "TypeError", "RangeError", "parseInt", "parseFloat", "isNaN", "isFinite", "encodeURIComponent",
        "decodeURIComponent", "encodeURI", "decodeURI", "Reflect", "Iterator",
    ];

    /// <param name="facts">The script.</param>
    /// <param name="visible">What can be referred to.</param>
    /// <param name="deterministic">Whether it must give the same each time.</param>
    public static IEnumerable<string> OfScript(ScriptFacts facts, Visible visible, bool deterministic)
    {
        foreach (var step in facts.Steps ?? [])
            if (visible.RefuseStep(step) is { } refusal) yield return refusal;
        foreach (var name in facts.Names)
        {
            if (visible.RefuseName(name) is { } refusal) yield return refusal;
            else if (name is "Date" or "Temporal" or "Intl" && deterministic) yield return $"'{name}' could give another value in the next attempt of the run; use it in a code step, whose output is kept.";
            else if (!Known.Contains(name) && name is not ("Date" or "Intl" or "Temporal")) yield return $"'{name}' is not known here; one can use {Visible.Names}, and JavaScript's own Math, JSON, String and so on.";
        }

        if (facts.IsRandom && deterministic) yield return "'Math.random' would give another value in the next attempt of the run; use it in a code step, whose output is kept.";
    }

    /// <param name="facts">The template.</param>
    /// <param name="visible">What can be referred to.</param>
    public static IEnumerable<string> OfTemplate(TemplateFacts facts, Visible visible) => facts.References
        .Select(reference => reference.StartsWith("steps.", StringComparison.Ordinal) ? visible.RefuseStep(reference["steps.".Length..]) : visible.RefuseName(reference))
        .OfType<string>();
}
