using System.Text.Json;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Steps;

namespace WorkflowAspire.Workflows.Definitions.Reading;

/// <summary>Reads a definition that fits the schema, and notes all that a schema can't tell.</summary>
internal sealed class DefinitionReader
{
    private readonly HashSet<string> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _operations = new(StringComparer.Ordinal);
    private readonly List<(string Place, string Workflow)> _children = [];

    private DefinitionReader(Readings readings, Faults errors) => (Readings, Errors) = (readings, errors);

    public Readings Readings { get; }

    public Faults Errors { get; }

    public static DefinedWorkflow Read(JsonElement json, Readings readings, Faults errors)
    {
        var reader = new DefinitionReader(readings, errors);
        reader.Note(json.GetProperty("steps"), "/steps");
        if (reader._all.Count > readings.Options.MaxSteps)
            errors.Add("/steps", $"The definition has {reader._all.Count} steps, and {readings.Options.MaxSteps} are allowed (Definitions:MaxSteps); move some into workflows of their own.");
        var input = json.TryGetProperty("input", out var schema) ? readings.Schema(schema, "/input", errors) : null;
        var everything = new Visible(reader._all, [], InLoop: false);
        var steps = reader.Steps(json.GetProperty("steps"), "/steps", everything);
        var atTheEnd = everything with { Earlier = [.. steps.Select(step => step.Id)] };
        var output = json.TryGetProperty("output", out var value) ? new FillReader(atTheEnd, readings, errors).Value(value, "/output") : null;
        return new DefinedWorkflow(steps, output, input, reader._children);
    }

    public IReadOnlyList<DefinedStep> Steps(JsonElement json, string pointer, Visible visible)
    {
        var steps = new List<DefinedStep>();
        foreach (var (index, step) in json.EnumerateArray().Index())
        {
            var here = visible with { Earlier = visible.Earlier.Union(steps.Select(earlier => earlier.Id)) };
            var reader = new StepReader(step, JsonPlace.Below(pointer, index), here, this);
            steps.Add(DefinedStep.Read(step.GetProperty("type").GetString()!, reader));
        }

        return steps;
    }

    public void NoteChild(string place, string workflow) => _children.Add((place, workflow));

    private void Note(JsonElement steps, string pointer)
    {
        foreach (var (index, step) in steps.EnumerateArray().Index())
        {
            var place = JsonPlace.Below(pointer, index);
            var id = step.GetProperty("id").GetString()!;
            if (!_all.Add(id)) Errors.Add(JsonPlace.Below(place, "id"), $"Another step is named '{id}'; give each step of the definition an id of its own.");
            var operation = step.GetProperty("type").GetString() == "signal" && step.TryGetProperty("name", out var name) ? name.GetString()! : id;
            // A signal goes by its name in the run's history, as every other step goes by its id.
            if (!_operations.TryAdd(operation, id) && _operations[operation] != id)
                Errors.Add(JsonPlace.Below(place, operation == id ? "id" : "name"), $"'{operation}' is the name of another signal or step; give each signal of the definition a name of its own.");
            foreach (var list in new[] { "then", "else", "default", "steps" })
                if (step.TryGetProperty(list, out var inner)) Note(inner, JsonPlace.Below(place, list));
            foreach (var map in new[] { "cases", "branches" })
            {
                if (!step.TryGetProperty(map, out var ways)) continue;
                foreach (var way in ways.EnumerateObject()) Note(way.Value, JsonPlace.Below(JsonPlace.Below(place, map), way.Name));
            }
        }
    }
}
