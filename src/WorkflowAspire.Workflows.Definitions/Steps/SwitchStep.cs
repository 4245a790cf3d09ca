using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Takes the way that is named by a value.</summary>
internal sealed class SwitchStep(StepReader reader) : DefinedStep(reader)
{
    private readonly Expression? _on = reader.Condition("on");
    private readonly IReadOnlyDictionary<string, IReadOnlyList<DefinedStep>> _cases = reader.Ways("cases");
    private readonly IReadOnlyList<DefinedStep> _default = reader.Steps("default");

    protected override IEnumerable<DefinedStep> Inner => _cases.Values.SelectMany(steps => steps).Concat(_default);

    protected override IEnumerable<Expression> Ahead => [_on!];

    protected override Task<JsonElement> RunAsync(StepRun run, Filling filling)
    {
        var value = FilledText.Shown(filling[_on!]);
        return _cases.TryGetValue(value, out var steps) ? Way.TakeAsync(Id, value, steps, run) : Way.TakeAsync(Id, "default", _default, run);
    }
}
