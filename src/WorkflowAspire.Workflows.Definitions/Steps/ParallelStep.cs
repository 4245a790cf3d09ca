using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Takes several ways at the same time.</summary>
internal sealed class ParallelStep(StepReader reader) : DefinedStep(reader)
{
    private readonly IReadOnlyDictionary<string, IReadOnlyList<DefinedStep>> _branches = reader.Ways("branches");

    protected override IEnumerable<DefinedStep> Inner => _branches.Values.SelectMany(steps => steps);

    protected override async Task<JsonElement> RunAsync(StepRun run, Filling filling)
    {
        var outputs = await run.Context.ParallelAsync(Id, _branches.ToDictionary(
            branch => branch.Key,
            branch => (Func<WorkflowContext, Task<JsonElement>>)(context => RunAllAsync(branch.Value, run.Inside(context, run.Variables.Inner()))))).ConfigureAwait(false);
        return JsonSerializer.SerializeToElement(outputs);
    }
}
