using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Polly;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>What all runs share to take their steps.</summary>
internal sealed record StepServices(
    RunStore Store, StepPipelines Pipelines, JsonSerializerOptions Json, WorkflowTelemetry Telemetry, TimeProvider Time, ILogger<StepRunner> Logger);

/// <summary>Takes the steps of one attempt: a finished one comes from its checkpoint, any other runs and leaves one.</summary>
internal sealed partial class StepRunner(RunLease lease, IEnumerable<WorkflowStep> earlier, StepServices services, CancellationToken runToken)
{
    private readonly FrozenDictionary<string, WorkflowStep> _finished =
        earlier.Where(step => step.Status == StepStatus.Completed).ToFrozenDictionary(step => step.Name);

    private readonly ConcurrentDictionary<string, int> _taken = [];
    private int _position;

    public async Task<T> RunAsync<T>(string name, Func<CancellationToken, Task<T>> step, StepOptions? options)
    {
        runToken.ThrowIfCancellationRequested();
        var position = Interlocked.Increment(ref _position);
        if (!_taken.TryAdd(name, position))
            throw new UnrecoverableError($"Workflow '{lease.Run.WorkflowId}' takes two steps named '{name}'; each step of a run needs a name of its own.");

        var type = (JsonTypeInfo<T>)services.Json.GetTypeInfo(typeof(T));
        if (_finished.TryGetValue(name, out var checkpoint)) return Read(checkpoint, type);

        var attempt = new StepAttempt(name, position, services.Time.GetUtcNow(), services.Time.GetTimestamp());
        using var activity = WorkflowTelemetry.Source.StartActivity($"step {name}")?.SetTag("workflow.step", name).SetTag("workflow.run.id", lease.Run.Id);
        try
        {
            var output = await TryAsync(attempt, step, options).ConfigureAwait(false);
            // Also when the worker is about to stop: what the step has done must not be done again.
            await SaveAsync(attempt, StepStatus.Completed, Write(name, output, type), error: null, CancellationToken.None).ConfigureAwait(false);
            return output;
        }
        catch (Exception error)
        {
            activity?.AddException(error).SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
    }

    private async Task<T> TryAsync<T>(StepAttempt attempt, Func<CancellationToken, Task<T>> step, StepOptions? options)
    {
        var (policy, pipeline) = services.Pipelines.For(options);
        var context = ResilienceContextPool.Shared.Get(attempt.Name, runToken);
        try
        {
            return await pipeline.ExecuteAsync(
                async pipelineContext =>
                {
                    attempt.Tries++;
                    return await step(pipelineContext.CancellationToken).ConfigureAwait(false);
                },
                context).ConfigureAwait(false);
        }
        catch (Exception error) when (!runToken.IsCancellationRequested)
        {
            var failure = StepFailure.Describe(attempt.Name, policy, error);
            await SaveFailureAsync(attempt, failure).ConfigureAwait(false);
            if (ReferenceEquals(failure, error)) throw;
            throw failure;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task SaveFailureAsync(StepAttempt attempt, Exception failure)
    {
        try
        {
            await SaveAsync(attempt, StepStatus.Failed, output: null, failure.Message, runToken).ConfigureAwait(false);
        }
        catch (Exception storeError) when (storeError is not LeaseLostException)
        {
            // The step's own error says more about the run than the store's.
            FailureNotRecorded(services.Logger, storeError, attempt.Name, lease.Run.Id, lease.Run.TenantId);
        }
    }

    private async Task SaveAsync(StepAttempt attempt, StepStatus status, string? output, string? error, CancellationToken ct)
    {
        services.Telemetry.StepEnded(lease.Run.WorkflowId, attempt.Name, status.ToName(), services.Time.GetElapsedTime(attempt.Timestamp));
        var step = new WorkflowStep(attempt.Name, attempt.Position, status, output, error, attempt.Tries, attempt.StartedAt, services.Time.GetUtcNow());
        await services.Pipelines.Checkpoint.ExecuteAsync(async token => await services.Store.SaveStepAsync(lease, step, token).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    private string Write<T>(string name, T output, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Serialize(output, type);
        }
        catch (Exception error)
        {
            throw new UnrecoverableError(
                $"Step '{name}' of workflow '{lease.Run.WorkflowId}' is done, but its output ({typeof(T).Name}) can't be written as JSON: {error.Message}", error);
        }
    }

    private static T Read<T>(WorkflowStep checkpoint, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(checkpoint.Output ?? "null", type)!;
        }
        catch (JsonException error)
        {
            throw new UnrecoverableError(
                $"The checkpoint of step '{checkpoint.Name}' can't be read as {typeof(T).Name} ({error.Message}); the workflow changed since the step ran: give the step a new name.", error);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Failed to record the failure of step {step}")]
    private static partial void FailureNotRecorded(ILogger logger, Exception exception, string step, Guid runId, Guid tenantId);

    private sealed record StepAttempt(string Name, int Position, DateTimeOffset StartedAt, long Timestamp)
    {
        public int Tries { get; set; }
    }
}
