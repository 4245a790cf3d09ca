using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Takes one of two ways.</summary>
internal sealed class BranchStep(StepReader reader) : DefinedStep(reader)
{
    private readonly Expression? _if = reader.Condition("if");
    private readonly IReadOnlyList<DefinedStep> _then = reader.Steps("then");
    private readonly IReadOnlyList<DefinedStep> _else = reader.Steps("else");

    protected override IEnumerable<DefinedStep> Inner => _then.Concat(_else);

    protected override IEnumerable<Expression> Conditions => [_if!];

    protected override Task<JsonElement> RunAsync(StepRun run, Filling filling)
    {
        var holds = filling.Holds(_if!);
        return Way.TakeAsync(Id, holds ? "then" : "else", holds ? _then : _else, run);
    }
}
