using WorkflowAspire.Workflows.Catalog;

namespace WorkflowAspire.AdminApi.Workflows;

/// <summary>A workflow that runs can be submitted for.</summary>
internal sealed record WorkflowResponse(string Name, string? Description, DateTimeOffset PublishedAt);

/// <summary>See which workflows there are.</summary>
internal static class WorkflowEndpoints
{
    public static void MapWorkflows(this IEndpointRouteBuilder api) =>
        api.MapGet("/workflows", async (WorkflowDirectory workflows, CancellationToken ct) => TypedResults.Ok(
                (await workflows.ListAsync(ct)).Select(workflow => new WorkflowResponse(workflow.Name, workflow.Description, workflow.PublishedAt)).ToArray()))
            .WithName("ListWorkflows").WithTags("workflows").WithSummary("Lists the workflows that the workers can execute.");
}
