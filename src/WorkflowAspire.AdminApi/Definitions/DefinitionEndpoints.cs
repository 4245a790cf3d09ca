using System.ComponentModel;
using Microsoft.Extensions.Options;
using WorkflowAspire.AdminApi.Problems;
using WorkflowAspire.Workflows.Definitions;

namespace WorkflowAspire.AdminApi.Definitions;

/// <summary>Save a tenant's definitions, look at them, see the schema.</summary>
internal static class DefinitionEndpoints
{
    public static void MapDefinitions(this IEndpointRouteBuilder api)
    {
        var workflows = api.MapGroup("/tenants/{tenantId:guid}/workflows").WithTags("definitions");
        workflows.MapPut("/{name}", SaveAsync)
            .WithName("SaveDefinition").WithSummary("Saves the next version of a workflow definition.")
            .Accepts<System.Text.Json.JsonElement>("application/json")
            .Produces<DefinitionResponse>(StatusCodes.Status201Created).Produces<DefinitionResponse>().ProducesValidationProblem();
        workflows.MapGet("/", ListAsync)
            .WithName("ListDefinitions").WithSummary("Lists a tenant's workflow definitions by name.")
            .Produces<DefinitionListResponse>().ProducesValidationProblem();
        workflows.MapGet("/{name}", (Guid tenantId, string name, DefinitionStore store, CancellationToken ct) => FindAsync(tenantId, name, null, store, ct))
            .WithName("GetDefinition").WithSummary("Shows the newest version of a workflow definition.")
            .Produces<DefinitionResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        workflows.MapGet("/{name}/versions", ListVersionsAsync)
            .WithName("ListDefinitionVersions").WithSummary("Lists the versions of a workflow definition, newest first.")
            .Produces<DefinitionVersionsResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        workflows.MapGet("/{name}/versions/{version:int}", (Guid tenantId, string name, int version, DefinitionStore store, CancellationToken ct) => FindAsync(tenantId, name, version, store, ct))
            .WithName("GetDefinitionVersion").WithSummary("Shows one version of a workflow definition.")
            .Produces<DefinitionResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        workflows.MapPost("/{name}/disable", (Guid tenantId, string name, DefinitionStore store, CancellationToken ct) => SwitchAsync(tenantId, name, isDisabled: true, store, ct))
            .WithName("DisableDefinition").WithSummary("Keeps new runs of a definition, of any version, from beginning; those under way go on.")
            .Produces<DefinitionResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        workflows.MapPost("/{name}/enable", (Guid tenantId, string name, DefinitionStore store, CancellationToken ct) => SwitchAsync(tenantId, name, isDisabled: false, store, ct))
            .WithName("EnableDefinition").WithSummary("Lets runs of a definition begin again.")
            .Produces<DefinitionResponse>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/schemas/workflow-definition.json", () => TypedResults.Text(DefinitionSchema.Text, "application/schema+json"))
            .WithName("GetDefinitionSchema").WithTags("definitions").WithSummary("The JSON Schema of workflow definitions.");
    }

    private static async Task<IResult> SaveAsync(Guid tenantId, string name, HttpRequest request, WorkflowDefinitions definitions, IOptions<DefinitionOptions> options, CancellationToken ct)
    {
        if (tenantId == Guid.Empty) return ProblemAnswers.InvalidField("tenantId", "tenantId is a UUID other than all zeros.");
        var (definition, refusal) = await DefinitionBody.ReadAsync(request.Body, options.Value.MaxDefinitionBytes, ct);
        if (refusal is not null) return refusal;
        try
        {
            var (stored, created) = await definitions.SaveAsync(tenantId, name, definition, ct);
            var answer = DefinitionResponse.From(stored);
            return created ? TypedResults.Created($"/api/tenants/{tenantId}/workflows/{name}/versions/{stored.Version}", answer) : TypedResults.Ok(answer);
        }
        catch (DefinitionRefusedException refused)
        {
            return ProblemAnswers.Invalid(refused.Message, refused.Errors);
        }
    }

    private static async Task<IResult> ListAsync(
        Guid tenantId,
        DefinitionStore store,
        [Description("nextCursor of the page before.")] string? cursor,
        [Description("Definitions a page, 1 to 500; default 50.")] int? limit,
        CancellationToken ct)
    {
        if (PageLimit.Refuse(limit) is { } refusal) return refusal;
        var most = limit ?? PageLimit.Default;
        var found = await store.ListAsync(tenantId, cursor, most + 1, ct);
        return TypedResults.Ok(new DefinitionListResponse([.. found.Take(most).Select(DefinitionSummary.From)], found.Count > most ? found[most - 1].Name : null));
    }

    private static async Task<IResult> FindAsync(Guid tenantId, string name, int? version, DefinitionStore store, CancellationToken ct) =>
        await store.FindAsync(tenantId, name, version, ct) is { } found
            ? TypedResults.Ok(DefinitionResponse.From(found))
            : ProblemAnswers.NotFound(version is null ? $"Tenant {tenantId} has no definition '{name}'." : $"Tenant {tenantId} has no version {version} of a definition '{name}'.");

    private static async Task<IResult> SwitchAsync(Guid tenantId, string name, bool isDisabled, DefinitionStore store, CancellationToken ct)
    {
        await store.SetDisabledAsync(tenantId, name, isDisabled, ct);
        return await FindAsync(tenantId, name, null, store, ct);
    }

    private static async Task<IResult> ListVersionsAsync(Guid tenantId, string name, DefinitionStore store, CancellationToken ct) =>
        await store.ListVersionsAsync(tenantId, name, ct) is { Count: > 0 } versions
            ? TypedResults.Ok(new DefinitionVersionsResponse([.. versions.Select(DefinitionSummary.From)]))
            : ProblemAnswers.NotFound($"Tenant {tenantId} has no definition '{name}'.");
}
