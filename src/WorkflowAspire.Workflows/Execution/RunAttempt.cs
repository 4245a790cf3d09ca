using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>What all scopes of one attempt share.</summary>
internal sealed partial class RunAttempt(RunLease lease, IReadOnlyCollection<WorkflowStep> earlier, StepServices services, CancellationToken token)
{
    private static readonly ConditionalWeakTable<Exception, string> FailedSteps = [];

    private readonly ConcurrentDictionary<string, bool> _names = [];
    private readonly ConcurrentDictionary<OperationScope, DateTimeOffset?> _suspensions = [];
    private readonly ConcurrentDictionary<Exception, (int Begun, DateTimeOffset At)> _failures = new(ReferenceEqualityComparer.Instance);
    private int _begun;
    private int _children;
    private long _outputs = earlier.Sum(step => (long)(step.Output?.Length ?? 0));

    public RunLease Lease => lease;

    public WorkflowRun Run => lease.Run;

    public StepServices Services => services;

    public CancellationToken Token => token;

    public RunHistory History { get; } = new(lease.Run.WorkflowId, earlier);

    /// <summary>One at a time takes a signal.</summary>
    public SemaphoreSlim Signals { get; } = new(1, 1);

    public bool IsSuspended => !_suspensions.IsEmpty;

    /// <summary>When the first of what the run waits for is due; null where no time is known.</summary>
    public DateTimeOffset? SuspendedUntil => _suspensions.Values.Min();

    public bool TryName(string name) => _names.TryAdd(name, true);

    /// <exception cref="UnrecoverableError">It is one too many.</exception>
    public int CountBegun(OperationKind? kind)
    {
        if (kind == OperationKind.Child && Interlocked.Increment(ref _children) > services.Limits.MaxChildren)
            throw new UnrecoverableError($"The run starts more than {services.Limits.MaxChildren} other runs (RunLimits:MaxChildren).");
        var begun = Interlocked.Increment(ref _begun);
        return begun <= services.Limits.MaxSteps ? begun : throw new UnrecoverableError($"The run takes more than {services.Limits.MaxSteps} steps (RunLimits:MaxSteps).");
    }

    /// <exception cref="UnrecoverableError">It is too large, or all outputs together are.</exception>
    public void CountOutput(string operation, string output)
    {
        var limits = services.Limits;
        var bytes = Encoding.UTF8.GetByteCount(output);
        if (bytes > limits.MaxStepOutput) throw new UnrecoverableError($"The output of '{operation}' has {bytes} bytes, and {limits.MaxStepOutput} are allowed (RunLimits:MaxStepOutput).");
        if (Interlocked.Add(ref _outputs, bytes) > limits.MaxStepOutputs)
            throw new UnrecoverableError($"With the output of '{operation}' the run's steps have left more than {limits.MaxStepOutputs} bytes (RunLimits:MaxStepOutputs).");
    }

    public void Suspend(OperationScope scope, DateTimeOffset? until) =>
        _suspensions.AddOrUpdate(scope, until, (_, other) => other is null || until < other ? until ?? other : other);

    /// <summary>Branches have failed: what others of them wait for doesn't matter any more.</summary>
    public void Leave(string path)
    {
        foreach (var scope in _suspensions.Keys.Where(scope => scope.Path.StartsWith(path, StringComparison.Ordinal))) _suspensions.TryRemove(scope, out _);
        History.Leave(path);
    }

    /// <summary>Remembers what an operation threw, in case that it ends the attempt.</summary>
    public void Failed(Exception error, string operation)
    {
        FailedSteps.AddOrUpdate(error, operation);
        _failures[error] = (Volatile.Read(ref _begun), services.Time.GetUtcNow());
    }

    /// <summary>The operation that an error came from; null for none.</summary>
    public static string? StepOf(Exception error) => Causes(error).Select(cause => FailedSteps.TryGetValue(cause, out var step) ? step : null).FirstOrDefault(step => step is not null);

    /// <summary>
    /// The attempt ends with an error. If that is an operation's, the code hasn't gone on from it in earnest, whatever it began since:
    /// the next attempt tries that operation again, and may take another way.
    /// </summary>
    public async Task FailAsync(Exception error)
    {
        foreach (var cause in Causes(error))
        {
            if (!_failures.TryGetValue(cause, out var failure) || failure.Begun == Volatile.Read(ref _begun)) continue;
            try
            {
                await services.Store.ForgetOrderAsync(lease, failure.At, CancellationToken.None).ConfigureAwait(false);
            }
            catch (DbException storeError)
            {
                // The run's own error says more than the store's; the next attempt then meets the same failure again.
                OrderNotForgotten(services.Logger, storeError, lease.Run.Id, lease.Run.TenantId);
            }
        }
    }

    /// <summary>An error and all that is inside it.</summary>
    public static IEnumerable<Exception> Causes(Exception error) => error switch
    {
        AggregateException { InnerExceptions: var several } => several.SelectMany(Causes).Prepend(error),
        { InnerException: { } inner } => Causes(inner).Prepend(error),
        _ => [error],
    };

    [LoggerMessage(LogLevel.Warning, "Failed to record that the run's next attempt may take another way")]
    private static partial void OrderNotForgotten(ILogger logger, Exception exception, Guid runId, Guid tenantId);
}
