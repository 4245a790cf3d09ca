using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Json.Schema;
using Microsoft.Extensions.AI;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Schemas;

namespace WorkflowAspire.Workflows.Llm.Answers;

/// <summary>The JSON that an answer must be: a schema, and where the answer has a type, that type.</summary>
internal sealed class AnswerForm
{
    private const int MostFaults = 20;

    private readonly JsonSchema? _schema;
    private readonly Func<JsonElement, CancellationToken, Task<IReadOnlyDictionary<string, string[]>>>? _check;
    private readonly Func<string, string?>? _faultOfType;

    private AnswerForm(JsonElement schema, Func<string, string?>? faultOfType, Func<JsonElement, CancellationToken, Task<IReadOnlyDictionary<string, string[]>>>? check)
    {
        Schema = schema;
        (_faultOfType, _check) = (faultOfType, check);
        // A stranger's schema isn't even read here.
        if (check is not null) return;
        try
        {
            _schema = JsonSchemas.Build(schema);
        }
        catch (Exception error) when (error is JsonSchemaException or RefResolutionException or JsonException or ArgumentException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new UnrecoverableError($"The schema of the answer is no JSON schema: {error.Message}", error);
        }
    }

    public JsonElement Schema { get; }

    /// <param name="schema">The schema.</param>
    /// <param name="check">Checks an answer against it elsewhere; null to do it here.</param>
    /// <exception cref="UnrecoverableError">It is no JSON schema.</exception>
    public static AnswerForm Of(JsonElement schema, Func<JsonElement, CancellationToken, Task<IReadOnlyDictionary<string, string[]>>>? check = null) => new(schema, faultOfType: null, check);

    /// <param name="schema">The schema; null to derive it from the type.</param>
    /// <param name="json">How the type is read.</param>
    /// <exception cref="UnrecoverableError">The type's JSON is no object, or the schema is none.</exception>
    public static AnswerForm Of<T>(JsonElement? schema, JsonSerializerOptions json)
    {
        var type = (JsonTypeInfo<T>)json.GetTypeInfo(typeof(T));
        if (type.Kind is not (JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary))
            throw new UnrecoverableError($"A model can't be asked for {typeof(T).Name}: providers want an object; put it into a property of a record.");
        return new AnswerForm(schema ?? Derive<T>(json), text => FaultOf(text, type), check: null);
    }

    /// <summary>What is wrong with an answer; nothing if it fits.</summary>
    public async Task<IReadOnlyList<string>> FaultsOfAsync(string text, CancellationToken ct)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(text);
        }
        catch (JsonException error)
        {
            return [$"It is no JSON: {error.Message}"];
        }

        if (_check is not null)
        {
            var found = await _check(json, ct).ConfigureAwait(false);
            return [.. found.SelectMany(fault => fault.Value.Select(error => $"{(fault.Key.Length > 0 ? fault.Key : "The whole")}: {error}")).Take(MostFaults)];
        }

        var results = _schema!.Evaluate(json, new EvaluationOptions { OutputFormat = OutputFormat.Hierarchical, RequireFormatValidation = true });
        if (!results.IsValid)
        {
            var faults = JsonSchemas.Failures(results)
                .SelectMany(part => part.Errors!.Values.Select(error => $"{(part.InstanceLocation.ToString() is { Length: > 0 } place ? place : "The whole")}: {error}"))
                .Distinct().Take(MostFaults).ToList();
            return faults.Count > 0 ? faults : ["It doesn't fit the schema."];
        }

        return _faultOfType?.Invoke(text) is { } fault ? [fault] : [];
    }

    /// <summary>The JSON out of a fence of Markdown, which some models put around it.</summary>
    public static string Unfence(string text)
    {
        var trimmed = text.Trim();
        if (!trimmed.StartsWith("```", StringComparison.Ordinal) || !trimmed.EndsWith("```", StringComparison.Ordinal)) return trimmed;
        var body = trimmed.IndexOf('\n', StringComparison.Ordinal);
        return body < 0 || trimmed.Length < body + 4 ? trimmed : trimmed[(body + 1)..^3].Trim();
    }

    private static string? FaultOf<T>(string text, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) is null ? "It is null." : null;
        }
        catch (JsonException error)
        {
            return error.Message;
        }
    }

    private static JsonElement Derive<T>(JsonSerializerOptions json) => AIJsonUtilities.CreateJsonSchema(
        typeof(T),
        serializerOptions: json,
        inferenceOptions: new AIJsonSchemaCreateOptions
        {
            // What providers want of a schema that they hold a model to.
            TransformOptions = new AIJsonSchemaTransformOptions { DisallowAdditionalProperties = true, RequireAllProperties = true, MoveDefaultKeywordToDescription = true },
        });
}
