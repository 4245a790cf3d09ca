using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Executes attempts of runs. It reads and writes steps; how the run itself ends is its caller's to record.</summary>
public sealed class WorkflowEngine
{
    private readonly IServiceScopeFactory _scopes;
    private readonly WorkflowCatalog _catalog;
    private readonly StepServices _steps;

    internal WorkflowEngine(IServiceScopeFactory scopes, WorkflowCatalog catalog, StepServices steps)
    {
        _scopes = scopes;
        _catalog = catalog;
        _steps = steps;
    }

    /// <summary>Executes a claimed run, from its last finished step on.</summary>
    /// <param name="lease">The claim.</param>
    /// <param name="ct">Cancelled when the worker stops or has lost the job.</param>
    /// <returns>The output as JSON.</returns>
    /// <exception cref="UnknownWorkflowException">No workflow of this name is registered here.</exception>
    /// <exception cref="LeaseLostException">A newer attempt owns the run.</exception>
    public async Task<string> ExecuteAsync(RunLease lease, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var run = lease.Run;
        var workflow = _catalog.Get(run);
        using var activity = WorkflowTelemetry.Source.StartActivity($"run {run.WorkflowId}")
            ?.SetTag("workflow.name", run.WorkflowId)
            .SetTag("workflow.run.id", run.Id)
            .SetTag("workflow.tenant.id", run.TenantId)
            .SetTag("workflow.attempt", lease.Attempt);
        try
        {
            // A first attempt has nothing behind it.
            var earlier = lease.Attempt > 1 ? await _steps.Store.ListStepsAsync(run.Id, ct).ConfigureAwait(false) : [];
            var scope = _scopes.CreateAsyncScope();
            await using var _ = scope.ConfigureAwait(false);
            var context = new WorkflowContext(lease, new StepRunner(lease, earlier, _steps, ct));
            return await workflow.RunAsync(scope.ServiceProvider, run.Input, context, _steps.Json, ct).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            activity?.AddException(error).SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
    }
}
