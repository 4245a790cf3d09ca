using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Polly;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Takes a step of an attempt: a finished one comes from its checkpoint, any other runs and leaves one.</summary>
internal sealed partial class StepRunner(RunAttempt attempt, Operation operation)
{
    private static readonly AsyncLocal<string?> CurrentStep = new();

    private readonly StepServices _services = attempt.Services;
    private readonly Checkpoints _checkpoints = new(attempt, operation);

    /// <summary>The step within which the caller is; null for none.</summary>
    public static string? Current => CurrentStep.Value;

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> step, StepOptions? options)
    {
        using var ending = operation;
        var type = (JsonTypeInfo<T>)_services.Json.GetTypeInfo(typeof(T));
        if (_checkpoints.TryReplay(type, out var checkpoint)) return checkpoint;

        var trial = new StepTrial(_services.Time.GetUtcNow(), _services.Time.GetTimestamp());
        using var activity = WorkflowTelemetry.Source.StartActivity($"step {operation.Name}")
            ?.SetTag("workflow.step", operation.Name).SetTag("workflow.run.id", attempt.Run.Id);
        try
        {
            var output = await TryAsync(trial, step, options).ConfigureAwait(false);
            // Also when the worker is about to stop: what the step has done must not be done again.
            await SaveAsync(trial, StepStatus.Completed, _checkpoints.Write(output, type), error: null, CancellationToken.None).ConfigureAwait(false);
            return output;
        }
        catch (Exception error)
        {
            WorkflowTelemetry.Failed(activity, error);
            throw;
        }
    }

    private async Task<T> TryAsync<T>(StepTrial trial, Func<CancellationToken, Task<T>> step, StepOptions? options)
    {
        var (policy, pipeline) = _services.Pipelines.For(options, attempt.Run.TenantId);
        var context = ResilienceContextPool.Shared.Get(operation.Name, attempt.Token);
        context.Properties.Set(CalledEndpoint.Caller, attempt.Run.TenantId);
        try
        {
            return await pipeline.ExecuteAsync(
                async pipelineContext =>
                {
                    trial.Tries++;
                    CurrentStep.Value = operation.Name;
                    return await ObeyAsync(step(pipelineContext.CancellationToken), pipelineContext.CancellationToken).ConfigureAwait(false);
                },
                context).ConfigureAwait(false);
        }
        catch (Exception error) when (!attempt.Token.IsCancellationRequested)
        {
            var failure = StepFailure.Describe(operation.Name, policy, error);
            await SaveFailureAsync(trial, failure).ConfigureAwait(false);
            attempt.Failed(failure, operation.Name);
            if (ReferenceEquals(failure, error)) throw;
            throw failure;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    // A step that doesn't heed its token is left to itself: it must not keep the run for ever.
    private async ValueTask<T> ObeyAsync<T>(Task<T> work, CancellationToken ct)
    {
        if (work.IsCompleted) return await work.ConfigureAwait(false);
        await ((Task)work).WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!work.IsCompleted) await ((Task)work).WaitAsync(_services.StepGrace, _services.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (work.IsCompleted) return await work.ConfigureAwait(false);
        Abandoned(_services.Logger, operation.Name, attempt.Run.Id, attempt.Run.TenantId);
        _ = work.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        throw new OperationCanceledException($"Step '{operation.Name}' was abandoned: it went on although its token was cancelled.", ct);
    }

    private async Task SaveFailureAsync(StepTrial trial, Exception failure)
    {
        try
        {
            await SaveAsync(trial, StepStatus.Failed, output: null, failure, attempt.Token).ConfigureAwait(false);
        }
        catch (Exception storeError) when (storeError is not LeaseLostException)
        {
            // The step's own error says more about the run than the store's.
            FailureNotRecorded(_services.Logger, storeError, operation.Name, attempt.Run.Id, attempt.Run.TenantId);
        }
    }

    private Task SaveAsync(StepTrial trial, StepStatus status, string? output, Exception? error, CancellationToken ct)
    {
        _services.Telemetry.StepEnded(attempt.Run.WorkflowId, operation.Name, status.ToName(), _services.Time.GetElapsedTime(trial.Timestamp));
        return _checkpoints.SaveAsync(status, trial.StartedAt, step => step with { Output = output, Attempts = trial.Tries }, error, ct);
    }

    [LoggerMessage(LogLevel.Warning, "Failed to record the failure of step {step}")]
    private static partial void FailureNotRecorded(ILogger logger, Exception exception, string step, Guid runId, Guid tenantId);

    [LoggerMessage(LogLevel.Warning, "Step {step} went on after its token was cancelled and is abandoned")]
    private static partial void Abandoned(ILogger logger, string step, Guid runId, Guid tenantId);

    private sealed record StepTrial(DateTimeOffset StartedAt, long Timestamp)
    {
        public int Tries { get; set; }
    }
}
