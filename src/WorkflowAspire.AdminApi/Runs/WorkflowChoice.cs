using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Definitions;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>Finds what a run is to execute: a workflow that is code comes first, else the tenant's definition.</summary>
internal sealed class WorkflowChoice(WorkflowDirectory workflows, DefinitionStore store, WorkflowDefinitions definitions)
{
    /// <summary>The definition's version, or null for code; or why there is nothing to execute.</summary>
    public async Task<(int? Version, IResult? Refusal)> ChooseAsync(string name, SubmitRunRequest request, CancellationToken ct)
    {
        if (await workflows.ExistsAsync(name, ct))
        {
            return request.Version is null
                ? (null, null)
                : (null, ProblemAnswers.InvalidField("version", $"Workflow '{name}' is code and has no versions; leave version out."));
        }

        if (await store.FindAsync(request.TenantId, name, request.Version, ct) is not { } definition) return (null, await NotFoundAsync(name, request, ct));
        if (definition.IsDisabled) return (null, ProblemAnswers.Conflict($"Workflow '{name}' of tenant {request.TenantId} is disabled; enable it to begin runs of it."));
        try
        {
            await definitions.CheckInputAsync(definition, request.Input, ct);
            return (definition.Version, null);
        }
        catch (DefinitionRefusedException refused)
        {
            return (null, ProblemAnswers.Invalid(refused.Message, refused.Errors.ToDictionary(error => $"/input{error.Key}", error => error.Value)));
        }
    }

    private async Task<IResult> NotFoundAsync(string name, SubmitRunRequest request, CancellationToken ct)
    {
        if (request.Version is { } version) return ProblemAnswers.NotFound($"Tenant {request.TenantId} has no version {version} of a workflow '{name}'.");
        var known = string.Join(", ", (await workflows.ListAsync(ct)).Select(workflow => workflow.Name));
        return ProblemAnswers.NotFound(
            $"There is no workflow '{name}', and tenant {request.TenantId} has no definition of that name; {(known.Length > 0 ? $"known are {known}." : "no worker has published any yet.")}");
    }
}
