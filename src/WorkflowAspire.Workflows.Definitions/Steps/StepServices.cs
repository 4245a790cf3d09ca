using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Http;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Definitions.Secrets;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>What the steps of definitions call.</summary>
internal sealed class StepServices(
    Sandbox sandbox, HttpCalls http, ISecretStore secrets, TimeProvider time, IOptions<DefinitionOptions> options, ILanguageModelSteps? languageModels = null)
{
    public Sandbox Sandbox => sandbox;

    public HttpCalls Http => http;

    public ISecretStore Secrets => secrets;

    public TimeProvider Time => time;

    public DefinitionOptions Options => options.Value;

    public ILanguageModelSteps? LanguageModels => languageModels;
}
