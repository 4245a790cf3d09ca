using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Steps;
using WorkflowAspire.Workflows.Definitions.Templates;

namespace WorkflowAspire.Workflows.Definitions.Reading;

/// <summary>Reads the parts of one step that fits the schema, and notes what else is wrong with them.</summary>
internal sealed class StepReader(JsonElement json, string pointer, Visible visible, DefinitionReader definition)
{
    public string Id { get; } = json.TryGetProperty("id", out var id) ? id.GetString()! : "output";

    public string Pointer => pointer;

    public FillReader Fill => new(visible, definition.Readings, definition.Errors);

    public string Place(string property) => JsonPlace.Below(pointer, property);

    public void Refuse(string property, string message) => definition.Errors.Add(Place(property), message);

    /// <summary>Refuses what an object of the step has under a name.</summary>
    public void Refuse(string property, string name, string message) => definition.Errors.Add(JsonPlace.Below(Place(property), name), message);

    public bool Has(string property) => json.TryGetProperty(property, out _);

    public JsonElement? Json(string property) => json.TryGetProperty(property, out var value) ? value : null;

    public string? Text(string property) => Json(property)?.GetString();

    public int? Integer(string property)
    {
        if (Json(property) is not { } value) return null;
        // JSON has 2.0 for a whole number too, and numbers of any size.
        if (value.GetDouble() is var number and >= int.MinValue and <= int.MaxValue) return (int)number;
        Refuse(property, $"{value.GetRawText()} is too large; the largest number possible here is {int.MaxValue}.");
        return null;
    }

    public Expressions.Expression? Condition(string property)
    {
        if (Text(property) is not { } text) return null;
        var filled = Fill.Text(text, Place(property));
        if (filled?.Only is { } only) return only;
        if (filled is not null) Refuse(property, $"'{text}' is more than one expression; write one, like \"${{ input.amount > 100 }}\".");
        return null;
    }

    public FilledValue? Value(string property) => Json(property) is { } value ? Fill.Value(value, Place(property)) : null;

    public FilledText? FilledText(string property) => Text(property) is { } text ? Fill.Text(text, Place(property)) : null;

    /// <summary>A text or a secret.</summary>
    public FilledText? SecretText(string property) => Json(property) is { } value ? Fill.SecretText(value, Place(property)) : null;

    public Template? Liquid(string property) => Json(property) is { } value ? Liquid(value, Place(property)) : null;

    public Template? Liquid(JsonElement value, string place)
    {
        var source = value.GetString()!;
        if (definition.Readings.Template(source, place, definition.Errors) is not { } facts) return null;
        foreach (var refusal in Refusals.OfTemplate(facts, visible)) definition.Errors.Add(place, refusal);
        return new Template(source, facts);
    }

    public ScriptFacts? FunctionBody(string property)
    {
        if (definition.Readings.Function(Text(property)!, Place(property), definition.Errors) is not { } facts) return null;
        foreach (var refusal in Refusals.OfScript(facts, visible, deterministic: false)) Refuse(property, refusal);
        return facts;
    }

    /// <summary>A duration that is written out or computed.</summary>
    public FilledText? Duration(string property)
    {
        var text = FilledText(property);
        if (text?.Literal is { } literal) FixedDuration(property, literal);
        else if (text is { Only: null }) Refuse(property, $"'{Text(property)}' is neither a duration nor one expression; {Durations.Forms}, or like \"${{ input.days * 86400 }}\".");
        return text;
    }

    public IReadOnlyList<KeyValuePair<string, FilledText?>> Headers(string property) => Json(property) is { } headers
        ? [.. headers.EnumerateObject().Select(header => KeyValuePair.Create(header.Name, Fill.SecretText(header.Value, JsonPlace.Below(Place(property), header.Name))))]
        : [];

    /// <param name="path">Where it stands below the step.</param>
    /// <param name="schema">The schema.</param>
    public Schema? CheckSchema(string path, JsonElement schema) => definition.Readings.Schema(schema, $"{pointer}/{path}", definition.Errors);

    public void NoteChild(string property, string workflow) => definition.NoteChild(Place(property), workflow);

    public IReadOnlyList<DefinedStep> Steps(string property, bool inLoop = false) =>
        Json(property) is { } steps ? definition.Steps(steps, Place(property), visible with { InLoop = visible.InLoop || inLoop }) : [];

    public IReadOnlyDictionary<string, IReadOnlyList<DefinedStep>> Ways(string property) => Json(property)!.Value.EnumerateObject()
        .DistinctBy(way => way.Name)
        .ToDictionary(way => way.Name, way => definition.Steps(way.Value, JsonPlace.Below(Place(property), way.Name), visible));

    public StepOptions Options(StepKind kind)
    {
        var retry = Json("retry") is { } given ? new StepReader(given, Place("retry"), visible, definition) : null;
        var options = new StepOptions
        {
            Kind = kind,
            Timeout = FixedDuration("timeout", Text("timeout")),
            Attempts = retry?.Integer("attempts"),
            RetryDelay = retry?.FixedDuration("delay", retry.Text("delay")),
            MaxRetryDelay = retry?.FixedDuration("maxDelay", retry.Text("maxDelay")),
        };
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        foreach (var result in results)
        {
            var place = result.MemberNames.Single() switch
            {
                nameof(StepOptions.Timeout) => Place("timeout"),
                nameof(StepOptions.RetryDelay) => Place("retry") + "/delay",
                nameof(StepOptions.MaxRetryDelay) => Place("retry") + "/maxDelay",
                _ => Place("retry"),
            };
            definition.Errors.Add(place, result.ErrorMessage!);
        }

        return options;
    }

    private TimeSpan? FixedDuration(string property, string? text)
    {
        if (text is null) return null;
        if (!Durations.TryParse(text, out var duration)) Refuse(property, $"'{text}' is no duration; {Durations.Forms}.");
        else if (duration < TimeSpan.Zero) Refuse(property, $"'{text}' is negative; a duration is zero or more.");
        else return duration;
        return null;
    }
}
