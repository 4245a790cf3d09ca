using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Json.Schema;
using Microsoft.Extensions.AI;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Llm.Providers;

namespace WorkflowAspire.Workflows.Llm.Answers;

/// <summary>The JSON that an answer must be: a schema, and where the answer has a type, that type.</summary>
internal sealed class AnswerForm
{
    private const int MostFaults = 20;
    private const string HalfPair = "It holds half a surrogate pair, which is no text; write the whole character.";

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

    /// <summary>The JSON of an answer, and what is wrong with it; nothing if it fits.</summary>
    /// <remarks>It may stand among other words. Where several would fit, none is taken: which one was meant, only the model knows.</remarks>
    public async Task<(string Json, IReadOnlyList<string> Faults)> FindAsync(string text, CancellationToken ct)
    {
        var whole = JsonInProse.Whole(text);
        if (whole is not null) return (whole, await FaultsOfAsync(whole, ct).ConfigureAwait(false));

        var found = JsonInProse.Among(text);
        var faultsOfFirst = new List<string>();
        var fitting = new List<string>();
        foreach (var json in found)
        {
            var faults = await FaultsOfAsync(json, ct).ConfigureAwait(false);
            if (faults.Count == 0) fitting.Add(json);
            else if (faultsOfFirst.Count == 0) faultsOfFirst.AddRange(faults);
        }

        return fitting.Count switch
        {
            1 => (fitting[0], []),
            > 1 => (text, [$"There are {fitting.Count} pieces of JSON in it that would fit; give one alone."]),
            _ => (text, faultsOfFirst.Count > 0 ? faultsOfFirst : [JsonInProse.WhyNone(text)]),
        };
    }

    private async Task<IReadOnlyList<string>> FaultsOfAsync(string text, CancellationToken ct)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(text, JsonInProse.Kept);
        }
        catch (JsonException error)
        {
            return [$"It is JSON of which not all can be kept (at most {JsonInProse.Kept.MaxDepth} levels, each property once): {error.Message}"];
        }
        catch (InvalidOperationException)
        {
            // A name that is no text can't be compared with the others.
            return [HalfPair];
        }

        if (Utf16.HasHalf(json)) return [HalfPair];
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
