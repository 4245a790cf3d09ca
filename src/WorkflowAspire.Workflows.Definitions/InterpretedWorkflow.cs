using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Steps;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>Runs one version of a definition as a code workflow runs: each of its steps is a step of the engine.</summary>
internal sealed class InterpretedWorkflow(string name, int version) : WorkflowDefinition(name, description: null)
{
    public override async Task<string> RunAsync(
        IServiceProvider services, string? inputJson, WorkflowContext context, JsonSerializerOptions json, CancellationToken ct)
    {
        var definitions = services.GetRequiredService<WorkflowDefinitions>();
        var (stored, workflow) = await definitions.GetAsync(context.TenantId, Name, version, ct).ConfigureAwait(false);
        var input = JsonElement.Parse(inputJson ?? "null");
        try
        {
            await definitions.CheckInputAsync(stored, input, ct).ConfigureAwait(false);
        }
        catch (DefinitionRefusedException refused)
        {
            throw new UnrecoverableError(refused.Message, refused);
        }

        var facts = JsonSerializer.SerializeToElement(new { id = context.RunId, tenantId = context.TenantId, workflow = Name, version });
        var run = new StepRun(context, new Variables(input, facts, []), services.GetRequiredService<StepServices>(), ct);
        var last = await DefinedStep.RunAllAsync(workflow.Steps, run).ConfigureAwait(false);
        var filling = workflow.Output is { } asked ? await run.FillAsync(asked.Expressions, step: null, ct).ConfigureAwait(false) : null;
        try
        {
            return JsonSerializer.Serialize(workflow.Output is { } wanted ? wanted.Evaluate(filling!) : last, json);
        }
        catch (Exception error) when (Unwritable.Is(error))
        {
            throw new UnrecoverableError($"Workflow '{Name}' (version {version}) is done, but its output can't be written as JSON: {error.Message}", error);
        }
    }
}

/// <summary>Finds the interpreter of a run's definition.</summary>
internal sealed class InterpretedWorkflows : IDefinedWorkflows
{
    public WorkflowDefinition Get(string name, int version) => new InterpretedWorkflow(name, version);
}
