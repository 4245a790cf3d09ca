using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Http;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Definitions.Secrets;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>What the steps of definitions call.</summary>
internal sealed class StepServices(
    Evaluations evaluations, HttpCalls http, ISecretStore secrets, IOptions<DefinitionOptions> options, ILanguageModelSteps? languageModels = null)
{
    public Evaluations Evaluations => evaluations;

    public HttpCalls Http => http;

    public ISecretStore Secrets => secrets;

    public DefinitionOptions Options => options.Value;

    public ILanguageModelSteps? LanguageModels => languageModels;
}
