using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Takes steps for each item.</summary>
internal sealed class ForEachStep(StepReader reader) : DefinedStep(reader)
{
    private readonly Expression? _items = reader.Condition("items");
    private readonly int _concurrency = reader.Integer("concurrency") ?? 1;
    private readonly IReadOnlyList<DefinedStep> _steps = reader.Steps("steps", inLoop: true);

    protected override IEnumerable<DefinedStep> Inner => _steps;

    protected override IEnumerable<Expression> Ahead => [_items!];

    protected override async Task<JsonElement> RunAsync(StepRun run, Filling filling)
    {
        var items = filling[_items!];
        if (items.ValueKind != JsonValueKind.Array)
            throw new UnrecoverableError($"Step '{Id}': ${{{_items!.Source}}} gives {items.ValueKind.ToString().ToLowerInvariant()}, and forEach needs an array.");
        if (items.GetArrayLength() > run.Services.Options.MaxItems)
            throw new UnrecoverableError($"Step '{Id}': ${{{_items!.Source}}} gives {items.GetArrayLength()} items, and {run.Services.Options.MaxItems} are allowed (Definitions:MaxItems).");
        var outputs = await run.Context.ForEachAsync<JsonElement, JsonElement>(Id, [.. items.EnumerateArray()], _concurrency, (context, item, index) =>
            RunAllAsync(_steps, run.Inside(context, run.Variables.Inner() with { Item = item, Index = index }))).ConfigureAwait(false);
        return JsonSerializer.SerializeToElement(outputs);
    }
}
