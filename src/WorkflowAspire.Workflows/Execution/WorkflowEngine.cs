using System.Text;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Catalog;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Executes attempts of runs. It reads and writes steps; how the run itself ends is its caller's to record.</summary>
public sealed class WorkflowEngine
{
    private readonly IServiceScopeFactory _scopes;
    private readonly WorkflowCatalog _catalog;
    private readonly StepServices _steps;
    private readonly RunDeadlines _deadlines;

    internal WorkflowEngine(IServiceScopeFactory scopes, WorkflowCatalog catalog, StepServices steps)
    {
        _scopes = scopes;
        _catalog = catalog;
        _steps = steps;
        _deadlines = new RunDeadlines(steps.Store, steps.Time);
    }

    /// <summary>Executes a claimed run, from its last finished step on.</summary>
    /// <param name="lease">The claim.</param>
    /// <param name="ct">Cancelled when the worker stops or has lost the job, or the run was cancelled.</param>
    /// <returns>The output, or that the run waits.</returns>
    /// <exception cref="UnknownWorkflowException">No workflow of this name is registered here.</exception>
    /// <exception cref="NonDeterministicWorkflowException">The workflow no longer fits the history of the run.</exception>
    /// <exception cref="RunTimeoutException">The run's deadline has passed.</exception>
    /// <exception cref="LeaseLostException">A newer attempt owns the run, or it was cancelled.</exception>
    public async Task<ExecutionResult> ExecuteAsync(RunLease lease, CancellationToken ct = default)
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
            return await _deadlines.KeepAsync(lease, workflow.Timeout, token => RunAsync(lease, workflow, token), ct).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            WorkflowTelemetry.Failed(activity, error);
            throw;
        }
    }

    private async Task<ExecutionResult> RunAsync(RunLease lease, WorkflowDefinition workflow, CancellationToken ct)
    {
        var limits = _steps.Limits;
        if (lease.Run.Input is { } input && Encoding.UTF8.GetByteCount(input) is var given && given > limits.MaxInput)
            throw new UnrecoverableError($"The run's input has {given} bytes, and {limits.MaxInput} are allowed (RunLimits:MaxInput).");
        // A first attempt has nothing behind it.
        var earlier = lease.Attempt > 1 ? await _steps.Store.ListStepsAsync(lease.Run.Id, ct).ConfigureAwait(false) : [];
        var attempt = new RunAttempt(lease, earlier, _steps, ct);
        try
        {
            var scope = _scopes.CreateAsyncScope();
            await using var _ = scope.ConfigureAwait(false);
            var context = new WorkflowContext(attempt, new OperationScope(attempt));
            var output = await workflow.RunAsync(scope.ServiceProvider, lease.Run.Input, context, _steps.Json, ct).ConfigureAwait(false);
            // Code that swallowed the exception of a wait has not come to its end.
            if (attempt.IsSuspended) return new ExecutionResult.Parked(attempt.SuspendedUntil);
            attempt.History.End();
            if (Encoding.UTF8.GetByteCount(output) is var bytes && bytes > limits.MaxRunOutput)
                throw new UnrecoverableError($"The run's output has {bytes} bytes, and {limits.MaxRunOutput} are allowed (RunLimits:MaxRunOutput).");
            return new ExecutionResult.Completed(output);
        }
        catch (Exception error) when (attempt.IsSuspended && IsSuspension(error))
        {
            return new ExecutionResult.Parked(attempt.SuspendedUntil);
        }
        catch (Exception error) when (error is not LeaseLostException && !ct.IsCancellationRequested)
        {
            await attempt.FailAsync(error).ConfigureAwait(false);
            throw;
        }
    }

    private static bool IsSuspension(Exception error) => RunAttempt.Causes(error).Any(cause => cause is RunSuspendedException);
}
