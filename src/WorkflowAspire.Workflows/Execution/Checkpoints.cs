using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Reads and writes what is recorded of one operation.</summary>
internal sealed class Checkpoints(RunAttempt attempt, Operation operation)
{
    /// <summary>What earlier attempts have recorded of it; null for nothing.</summary>
    public WorkflowStep? Recorded { get; } = attempt.History.Find(operation.Name);

    /// <summary>The output of an operation that has completed.</summary>
    /// <returns>False where it has to be done.</returns>
    /// <exception cref="Exception">It failed, and the code went on from that.</exception>
    public bool TryReplay<T>(JsonTypeInfo<T> type, [MaybeNullWhen(false)] out T output)
    {
        output = default;
        if (Recorded is { Status: StepStatus.Failed } && attempt.History.WentOnFrom(operation.Scope, operation.Name))
        {
            var failure = RecordedFailure.Recreate(Recorded);
            attempt.Failed(failure, operation.Name);
            throw failure;
        }

        if (Recorded is not { Status: StepStatus.Completed } checkpoint) return false;
        output = Read(checkpoint.Output, type);
        return true;
    }

    /// <summary>Writes how the operation ended, or what it waits for.</summary>
    public async Task SaveAsync(StepStatus status, DateTimeOffset startedAt, Func<WorkflowStep, WorkflowStep> fill, Exception? error, CancellationToken ct)
    {
        var (services, lease) = (attempt.Services, attempt.Lease);
        var step = fill(new WorkflowStep(operation.Name, operation.Position, status, null, error?.Message, 0, startedAt, status == StepStatus.Waiting ? null : services.Time.GetUtcNow())
        {
            Kind = operation.Kind ?? OperationKind.Step,
            Scope = operation.Scope.Path,
            Follows = operation.Follows,
            InFlight = operation.InFlight,
            Overlapped = operation.Overlapped,
            ErrorType = error is null ? null : RecordedFailure.TypeOf(error),
        });
        if (step.Output is { } output) attempt.CountOutput(operation.Name, output);
        await services.Pipelines.Checkpoint.ExecuteAsync(async token => await services.Store.SaveStepAsync(lease, step, token).ConfigureAwait(false), ct).ConfigureAwait(false);
    }

    public string Write<T>(T output, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Serialize(output, type);
        }
        catch (Exception error)
        {
            throw new UnrecoverableError(
                $"Step '{operation.Name}' of workflow '{attempt.Run.WorkflowId}' is done, but its output ({typeof(T).Name}) can't be written as JSON: {error.Message}", error);
        }
    }

    public T Read<T>(string? json, JsonTypeInfo<T> type) => Read(operation.Name, json, type);

    /// <summary>Reads what a step of this name has left.</summary>
    public static T Read<T>(string step, string? json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json ?? "null", type)!;
        }
        catch (Exception error)
        {
            // Also what a constructor, a setter or a converter throws: it does so at each attempt.
            throw new UnrecoverableError(
                $"The checkpoint of step '{step}' can't be read as {typeof(T).Name} ({error.Message}); the workflow changed since the step ran: give the step a new name.", error);
        }
    }
}
