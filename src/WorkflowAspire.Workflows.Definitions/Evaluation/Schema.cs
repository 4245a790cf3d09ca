using System.Buffers;
using System.Text.Json;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>A JSON Schema that is checked outside this process.</summary>
internal sealed class Schema
{
    private readonly TenantText _text;

    public Schema(JsonElement source) => _text = new TenantText(TextKind.Schema, source.GetRawText());

    public TenantText Text => _text;

    /// <summary>What is wrong with a value, by the place in it.</summary>
    /// <exception cref="EvaluatorsUnavailableException">It can't be done now.</exception>
    public async Task<IReadOnlyDictionary<string, string[]>> CheckAsync(Guid tenant, JsonElement value, Evaluations evaluations, CancellationToken ct, int patience = 1)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json)) value.WriteTo(writer);
        var answers = await evaluations.EvaluateAsync(tenant, [new(Purpose.Evaluate, _text)], json.WrittenMemory, ct, patience: patience).ConfigureAwait(false);
        var answer = answers[^1];
        return answer.Outcome == Outcome.Done
            ? JsonSerializer.Deserialize(answer.Payload.Span, FactsContext.Default.DictionaryStringStringArray)!
            : new Dictionary<string, string[]> { [""] = [$"The schema can't be applied to it: {LimitSentences.OfEvaluation(answer, TextKind.Schema, evaluations.Options)}."] };
    }
}
