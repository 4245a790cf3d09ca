using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Starts a run of another workflow, once, and waits for it.</summary>
internal sealed partial class ChildRuns(RunAttempt attempt, Operation operation)
{
    private readonly StepServices _services = attempt.Services;
    private readonly Checkpoints _checkpoints = new(attempt, operation);

    public async Task<TOutput> RunAsync<TInput, TOutput>(string workflow, TInput input)
    {
        using var ending = operation;
        var type = (JsonTypeInfo<TOutput>)_services.Json.GetTypeInfo(typeof(TOutput));
        if (_checkpoints.TryReplay(type, out var earlier)) return earlier;

        var childId = IdOf(attempt.Run.Id, operation.Name);
        var startedAt = _checkpoints.Recorded?.StartedAt ?? _services.Time.GetUtcNow();
        if (_checkpoints.Recorded is null) await RefuseAsync(workflow).ConfigureAwait(false);
        if (_checkpoints.Recorded is null)
            await _checkpoints.SaveAsync(StepStatus.Waiting, startedAt, step => step with { ChildRunId = childId }, error: null, attempt.Token).ConfigureAwait(false);
        var child = await _services.Store.FindAsync(childId, attempt.Token).ConfigureAwait(false) ?? await StartAsync(childId, workflow, input).ConfigureAwait(false);
        switch (child.Status)
        {
            case RunStatus.Completed:
                await EndAsync(StepStatus.Completed, child.Output ?? "null", error: null).ConfigureAwait(false);
                return _checkpoints.Read(child.Output, type);
            case RunStatus.Failed or RunStatus.Cancelled:
                var fate = child.Status == RunStatus.Failed ? $"failed: {child.Error}" : "was cancelled.";
                var failure = new ChildRunFailedException(childId, $"Run {childId} of workflow '{child.WorkflowId}', which '{operation.Name}' waited for, {fate}");
                await EndAsync(StepStatus.Failed, output: null, failure).ConfigureAwait(false);
                attempt.Failed(failure, operation.Name);
                throw failure;
            default:
                throw await operation.Scope.SuspendAsync(operation, until: null).ConfigureAwait(false);
        }

        Task EndAsync(StepStatus status, string? output, Exception? error) => _checkpoints.SaveAsync(
            status, startedAt, step => step with { Output = output, ChildRunId = childId, Attempts = _checkpoints.Recorded?.Attempts is > 0 ? 0 : 1 }, error, CancellationToken.None);
    }

    /// <summary>The same id in each attempt (a UUID of version 5 within the parent's).</summary>
    public static Guid IdOf(Guid parent, string name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        // An id, not a secret: the standard's version 5 is made with SHA-1.
#pragma warning disable CA5350
        SHA1.HashData([.. parent.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private async Task RefuseAsync(string workflow)
    {
        var (run, limits) = (attempt.Run, _services.Limits);
        var depth = run.ParentRunId is null ? 0 : await _services.Store.DepthAsync(run.Id, limits.MaxChildDepth, attempt.Token).ConfigureAwait(false);
        if (depth >= limits.MaxChildDepth)
            throw new UnrecoverableError($"'{operation.Name}' would start a run below {depth} others, and {limits.MaxChildDepth} are allowed (RunLimits:MaxChildDepth).");
        if (await _services.Store.IsDisabledAsync(run.TenantId, workflow, attempt.Token).ConfigureAwait(false))
            throw new UnrecoverableError($"'{operation.Name}' starts workflow '{workflow}', which is disabled.");
        // It passes: the tenant's other runs end in time.
        if (await _services.Unfinished.RefuseAsync(run.TenantId, attempt.Token).ConfigureAwait(false) is { } refusal) throw new TransientStepException($"'{operation.Name}': {refusal}");
    }

    private async Task<WorkflowRun> StartAsync<TInput>(Guid id, string workflow, TInput input)
    {
        var json = WriteInput(input, (JsonTypeInfo<TInput>)_services.Json.GetTypeInfo(typeof(TInput)));
        var added = new WorkflowRun(id, attempt.Run.TenantId, workflow, RunStatus.Pending, json, null, null, 0, _services.Time.GetUtcNow(), null, null, null)
        {
            ParentRunId = attempt.Run.Id,
        };
        if (Encoding.UTF8.GetByteCount(json) is var bytes && bytes > _services.Limits.MaxInput)
            throw new UnrecoverableError($"The input of '{operation.Name}' has {bytes} bytes, and {_services.Limits.MaxInput} are allowed (RunLimits:MaxInput).");
        await _services.Store.AddChildAsync(attempt.Lease, added, attempt.Token).ConfigureAwait(false);
        if (await _services.Store.FindAsync(id, attempt.Token).ConfigureAwait(false) is not { } child) throw new LeaseLostException(attempt.Lease);
        try
        {
            if (_services.Dispatcher() is { } dispatcher) await dispatcher.DispatchAsync(child, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            LeftToRelay(_services.Logger, error, id, child.TenantId);
        }

        return child;
    }

    private string WriteInput<TInput>(TInput input, JsonTypeInfo<TInput> type)
    {
        try
        {
            return JsonSerializer.Serialize(input, type);
        }
        catch (Exception error)
        {
            throw new UnrecoverableError($"The input of '{operation.Name}' ({typeof(TInput).Name}) can't be written as JSON: {error.Message}", error);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A child run could not be enqueued; the relay will do it")]
    private static partial void LeftToRelay(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
