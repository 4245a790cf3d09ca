using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Runs another workflow of the same tenant.</summary>
internal sealed class ChildStep : DefinedStep
{
    private readonly string _workflow;
    private readonly FilledValue? _input;

    public ChildStep(StepReader reader)
        : base(reader)
    {
        _workflow = reader.Text("workflow")!;
        _input = reader.Value("input");
        reader.NoteChild("workflow", _workflow);
    }

    protected override IEnumerable<Expression> Ahead => _input?.Expressions ?? [];

    protected override Task<JsonElement> RunAsync(StepRun run, Filling filling) =>
        run.Context.RunChildAsync<JsonElement, JsonElement>(Id, _workflow, _input is null ? JsonElement.Parse("null") : _input.Evaluate(filling));
}
