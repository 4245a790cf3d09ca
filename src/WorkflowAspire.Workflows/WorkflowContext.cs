using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows;

/// <summary>What a workflow knows of its run, and the steps it takes. Steps may run at the same time.</summary>
public sealed class WorkflowContext
{
    private readonly StepRunner _steps;

    internal WorkflowContext(RunLease lease, StepRunner steps)
    {
        _steps = steps;
        RunId = lease.Run.Id;
        TenantId = lease.Run.TenantId;
        Attempt = lease.Attempt;
    }

    /// <summary>The run.</summary>
    public Guid RunId { get; }

    /// <summary>Whose run it is.</summary>
    public Guid TenantId { get; }

    /// <summary>Which attempt of the run this is, from 1.</summary>
    public int Attempt { get; }

    /// <summary>Takes a step, or returns its output if an earlier attempt has finished it.</summary>
    /// <param name="name">The step's name, unique within the run and the same in each attempt.</param>
    /// <param name="step">What to do; its token ends with the run or the step's timeout.</param>
    /// <param name="options">Timeout and tries; null for the defaults in <see cref="WorkflowOptions"/>.</param>
    /// <exception cref="StepTimeoutException">The last try ran out of time.</exception>
    /// <exception cref="StepConnectionException">The last try couldn't reach what it calls.</exception>
    /// <exception cref="LeaseLostException">A newer attempt owns the run.</exception>
    public Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> step, StepOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(step);
        return _steps.RunAsync(name, step, options);
    }

    /// <inheritdoc cref="StepAsync{T}"/>
    public Task StepAsync(string name, Func<CancellationToken, Task> step, StepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        return StepAsync<object?>(
            name,
            async ct =>
            {
                await step(ct).ConfigureAwait(false);
                return null;
            },
            options);
    }

    /// <summary>Waits without a worker: the run is parked until the time has come.</summary>
    /// <param name="name">The wait's name, unique within the run like a step's.</param>
    /// <param name="duration">How long, from the moment at which the run first comes here.</param>
    public Task WaitAsync(string name, TimeSpan duration) => throw new NotSupportedException();

    /// <inheritdoc cref="WaitAsync"/>
    /// <param name="name">The wait's name, unique within the run like a step's.</param>
    /// <param name="until">Until when.</param>
    public Task WaitUntilAsync(string name, DateTimeOffset until) => throw new NotSupportedException();

    /// <summary>Waits, without a worker, until a signal of this name is sent to the run, and returns what it carries.</summary>
    /// <param name="name">The signal's name, unique within the run like a step's.</param>
    /// <param name="timeout">How long to wait at most; null for ever.</param>
    /// <exception cref="TimeoutException">No signal came in time.</exception>
    public Task<T> WaitForSignalAsync<T>(string name, TimeSpan? timeout = null) => throw new NotSupportedException();

    /// <summary>Runs another workflow of the same tenant as a run of its own, and waits for its output without a worker.</summary>
    /// <param name="name">The child's name, unique within the run like a step's.</param>
    /// <param name="workflow">The workflow to run.</param>
    /// <param name="input">Its input.</param>
    public Task<TOutput> RunChildAsync<TInput, TOutput>(string name, string workflow, TInput input) => throw new NotSupportedException();

    /// <summary>Does something for each item, so many at a time; the steps of each item have a scope of their own.</summary>
    /// <param name="name">The loop's name, unique within the run like a step's.</param>
    /// <param name="items">The items; their number and order must be the same in each attempt.</param>
    /// <param name="concurrency">How many items at a time, at least 1.</param>
    /// <param name="body">What to do for an item: its context, the item and its index.</param>
    public Task<IReadOnlyList<TResult>> ForEachAsync<TItem, TResult>(
        string name, IReadOnlyList<TItem> items, int concurrency, Func<WorkflowContext, TItem, int, Task<TResult>> body) => throw new NotSupportedException();

    /// <summary>Does several things at the same time, each in a scope of its own named by its key.</summary>
    /// <param name="name">The group's name, unique within the run like a step's.</param>
    /// <param name="branches">What to do, by name.</param>
    public Task<IReadOnlyDictionary<string, TResult>> ParallelAsync<TResult>(
        string name, IReadOnlyDictionary<string, Func<WorkflowContext, Task<TResult>>> branches) => throw new NotSupportedException();
}
