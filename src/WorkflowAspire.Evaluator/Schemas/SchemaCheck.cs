using System.Text.Json;
using Json.Schema;

namespace WorkflowAspire.Evaluator.Schemas;

/// <summary>A JSON Schema, ready to check values.</summary>
internal sealed class SchemaCheck
{
    private readonly JsonElement _source;
    private readonly JsonSchema _schema;

    public SchemaCheck(string source)
    {
        _source = JsonElement.Parse(source, TaskData.Deep);
        _schema = JsonSchemas.Build(_source);
    }

    /// <summary>What is wrong with a value, by the place in it.</summary>
    public Dictionary<string, string[]> Check(JsonElement value, CancellationToken ct)
    {
        var faults = new Faults();
        JsonSchemas.Check(_schema, value, "", faults, _source);
        ct.ThrowIfCancellationRequested();
        return faults.ToDictionary();
    }

    /// <summary>What is wrong with a schema, by the place in it.</summary>
    public static Dictionary<string, string[]> Read(string source, CancellationToken ct)
    {
        var faults = new Faults();
        try
        {
            var schema = JsonElement.Parse(source, TaskData.Deep);
            JsonSchemas.Check(MetaSchemas.Draft202012, schema, "", faults);
            if (!faults.Any) InPlace.Check(schema, faults);
            if (!faults.Any) JsonSchemas.Build(schema).Evaluate(JsonElement.Parse("null"), new EvaluationOptions());
            ct.ThrowIfCancellationRequested();
        }
        catch (Exception error) when (error is not (OperationCanceledException or OutOfMemoryException or InsufficientExecutionStackException))
        {
            faults.Add("", $"it can't be used: {error.Message}");
        }

        return faults.ToDictionary();
    }
}
