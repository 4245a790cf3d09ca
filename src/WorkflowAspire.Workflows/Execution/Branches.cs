using System.Runtime.ExceptionServices;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Runs the items of a loop or the branches of a group, each in a scope of its own.</summary>
internal sealed class Branches<TResult>(RunAttempt attempt, Operation operation, IReadOnlyList<string> keys, Func<WorkflowContext, int, Task<TResult>> body)
{
    private readonly TResult[] _results = new TResult[keys.Count];
    private int _next = -1;
    private ExceptionDispatchInfo? _failure;
    private bool _isSuspended;

    /// <summary>Runs all of them, so many at a time.</summary>
    /// <remarks>A branch that waits keeps its place. Once one has failed no new one begins; those that run go on to their end.</remarks>
    public async Task<TResult[]> RunAsync(int concurrency)
    {
        using var ending = operation;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(concurrency, keys.Count)).Select(_ => TakeTurnsAsync())).ConfigureAwait(false);
        if (_failure is { } failure)
        {
            attempt.Leave($"{operation.Name}[");
            failure.Throw();
        }

        return _isSuspended ? throw operation.Scope.Suspend(operation) : _results;
    }

    private async Task TakeTurnsAsync()
    {
        while (_failure is null && Interlocked.Increment(ref _next) is var index && index < keys.Count)
        {
            if (!await RunBranchAsync(index).ConfigureAwait(false)) return;
        }
    }

    private async Task<bool> RunBranchAsync(int index)
    {
        var scope = new OperationScope(attempt, operation.Scope, operation.Name, $"{operation.Name}[{keys[index]}]/");
        try
        {
            _results[index] = await body(new WorkflowContext(attempt, scope), index).ConfigureAwait(false);
            if (scope.SuspendedAt is null) return true;
        }
        catch (Exception error) when (scope.SuspendedAt is null && error is not RunSuspendedException)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            return false;
        }
        catch (Exception) when (scope.SuspendedAt is not null || attempt.IsSuspended)
        {
            // The branch waits; what else its code says of that is of no account.
        }

        _isSuspended = true;
        return false;
    }
}
