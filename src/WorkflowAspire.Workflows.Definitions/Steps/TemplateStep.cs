using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;
using WorkflowAspire.Workflows.Definitions.Templates;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>Renders a Liquid template.</summary>
internal sealed class TemplateStep(StepReader reader) : DefinedStep(reader)
{
    private readonly Template? _template = reader.Liquid("template");
    private readonly StepOptions _options = reader.Options(StepKind.Code);

    protected override Task<JsonElement> RunAsync(StepRun run, Filling filling) => run.Context.StepAsync(
        Id, async ct => JsonSerializer.SerializeToElement((await run.RenderAsync([_template!], Id, ct).ConfigureAwait(false))[0]), _options);
}
