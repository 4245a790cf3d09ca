using System.Text.Json;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Evaluation;

namespace WorkflowAspire.Workflows.Definitions.Reading;

/// <summary>
/// What evaluators say of the texts of a definition. A definition is gone through twice: first to learn which texts it has, then, when all
/// of them have been read in one go, with what is known of them.
/// </summary>
internal sealed class Readings(DefinitionOptions options)
{
    private readonly Dictionary<TenantText, Answer?> _answers = [];

    public DefinitionOptions Options => options;

    /// <summary>Has the texts read that were asked for.</summary>
    /// <exception cref="EvaluatorsUnavailableException">It can't be done now.</exception>
    public async Task ReadAsync(Guid tenant, Evaluations evaluations, int patience, CancellationToken ct)
    {
        var texts = _answers.Keys.ToList();
        if (texts.Count == 0) return;
        foreach (var (text, answer) in texts.Zip(await evaluations.ReadAsync(tenant, texts, patience, ct).ConfigureAwait(false))) _answers[text] = answer;
    }

    /// <summary>The parts of a text with <c>${ … }</c>; null where it can't be read, or not yet.</summary>
    public IReadOnlyList<TextPart>? Text(string source, string place, Faults errors) =>
        Find(TextKind.Text, source, place, errors) is { } answer ? JsonSerializer.Deserialize(answer.Payload.Span, FactsContext.Default.TextPartArray) : null;

    /// <summary>What a function body refers to; null where it can't be read, or not yet.</summary>
    public ScriptFacts? Function(string source, string place, Faults errors) =>
        Find(TextKind.Function, source, place, errors) is { } answer ? JsonSerializer.Deserialize(answer.Payload.Span, FactsContext.Default.ScriptFacts) : null;

    /// <summary>What a template refers to; null where it can't be read, or not yet.</summary>
    public TemplateFacts? Template(string source, string place, Faults errors) =>
        Find(TextKind.Template, source, place, errors) is { } answer ? JsonSerializer.Deserialize(answer.Payload.Span, FactsContext.Default.TemplateFacts) : null;

    /// <summary>A schema; null where it can't be used, or isn't known yet.</summary>
    public Schema? Schema(JsonElement source, string place, Faults errors)
    {
        var schema = new Schema(source);
        if (Find(schema.Text, place, errors) is not { } answer) return null;
        var found = JsonSerializer.Deserialize(answer.Payload.Span, FactsContext.Default.DictionaryStringStringArray)!;
        errors.Add(place, found, $"{Names(TextKind.Schema)}: ");
        return found.Count == 0 ? schema : null;
    }

    private Answer? Find(TextKind kind, string source, string place, Faults errors) => Find(new TenantText(kind, source), place, errors);

    private Answer? Find(TenantText text, string place, Faults errors)
    {
        if (text.Source.Length > options.MaxTextLength)
        {
            errors.Add(place, $"This text has {text.Source.Length} characters, and {options.MaxTextLength} are allowed (Definitions:MaxTextLength); move parts of it into steps of their own.");
            return null;
        }

        if (!_answers.TryGetValue(text, out var known)) _answers[text] = null;
        if (known is not { } answer) return null;
        if (answer.Outcome == Outcome.Done) return answer;
        errors.Add(place, text.Kind == TextKind.Text && answer.Outcome == Outcome.Faulty ? answer.Text : $"{Names(text.Kind)}: {LimitSentences.OfReading(answer, options)}");
        return null;
    }

    private static string Names(TextKind kind) => kind switch
    {
        TextKind.Function => "This is no JavaScript function body",
        TextKind.Template => "This is no Liquid template",
        TextKind.Schema => "This is no JSON Schema (draft 2020-12) that can be used",
        _ => "This text can't be read",
    };
}
