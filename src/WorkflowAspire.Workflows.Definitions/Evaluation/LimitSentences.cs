using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>Says why a text failed: what it does, which limit that breaks, and the setting that holds the limit.</summary>
internal static class LimitSentences
{
    /// <summary>How long one text of a kind may compute.</summary>
    public static TimeSpan TimeOf(TextKind kind, DefinitionOptions options) => kind switch
    {
        TextKind.Function => options.CodeTimeout,
        TextKind.Template => options.TemplateTimeout,
        TextKind.Schema => options.SchemaTimeout,
        _ => options.ExpressionTimeout,
    };

    /// <summary>Why it failed while it was evaluated.</summary>
    public static string OfEvaluation(Answer answer, TextKind kind, DefinitionOptions options) =>
        answer.Outcome == Outcome.Time ? $"it computes longer than {TimeOf(kind, options):g} ({TimeSetting(kind)})" : Of(answer, options);

    /// <summary>Why it failed while it was read.</summary>
    public static string OfReading(Answer answer, DefinitionOptions options) => answer.Outcome == Outcome.Time
        ? $"to read the definition up to here takes longer than {options.ReadTimeout:g} (Definitions:ReadTimeout)"
        : Of(answer, options);

    private static string Of(Answer answer, DefinitionOptions options) => answer.Outcome switch
    {
        Outcome.Statements => $"it executes too many statements, more than {options.MaxStatements} (Definitions:MaxStatements)",
        Outcome.Depth => $"it nests too deeply: its calls more than {options.MaxRecursion} times (Definitions:MaxRecursion), or its parts beyond an evaluator's stack",
        Outcome.Memory => $"it needs too much memory: more than {options.MemoryLimit} bytes (Definitions:MemoryLimit) or than an evaluator has ({EvaluatorOptions.Section}:MaxHeap, {options.Evaluators.MaxHeap})",
        Outcome.Output => $"its result has more than {options.MaxOutput} bytes (Definitions:MaxOutput)",
        _ => answer.Text,
    };

    private static string TimeSetting(TextKind kind) => kind switch
    {
        TextKind.Function => "Definitions:CodeTimeout",
        TextKind.Template => "Definitions:TemplateTimeout",
        TextKind.Schema => "Definitions:SchemaTimeout",
        _ => "Definitions:ExpressionTimeout",
    };
}
