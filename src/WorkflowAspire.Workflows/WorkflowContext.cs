using System.Globalization;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows;

/// <summary>What a workflow knows of its run, and the steps it takes. Steps may run at the same time.</summary>
public sealed class WorkflowContext
{
    private readonly RunAttempt _attempt;
    private readonly OperationScope _scope;

    internal WorkflowContext(RunAttempt attempt, OperationScope scope)
    {
        (_attempt, _scope) = (attempt, scope);
        RunId = attempt.Run.Id;
        TenantId = attempt.Run.TenantId;
        Attempt = attempt.Run.Tries;
    }

    /// <summary>The run.</summary>
    public Guid RunId { get; }

    /// <summary>Whose run it is.</summary>
    public Guid TenantId { get; }

    /// <summary>Which attempt of the run this is, from 1; to go on after a wait is no new one.</summary>
    public int Attempt { get; }

    /// <summary>Takes a step, or returns its output if an earlier attempt has finished it.</summary>
    /// <param name="name">The step's name, unique within the run and the same in each attempt.</param>
    /// <param name="step">What to do; its token ends with the run or the step's timeout.</param>
    /// <param name="options">Timeout and tries; null for the defaults in <see cref="WorkflowOptions"/>.</param>
    /// <exception cref="StepTimeoutException">The last try ran out of time.</exception>
    /// <exception cref="StepConnectionException">The last try couldn't reach what it calls.</exception>
    /// <exception cref="NonDeterministicWorkflowException">The history of the run has something else here.</exception>
    /// <exception cref="LeaseLostException">A newer attempt owns the run, or it was cancelled.</exception>
    public Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> step, StepOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(step);
        return Begin(name, OperationKind.Step, operation => new StepRunner(_attempt, operation).RunAsync(step, options));
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
    public Task WaitAsync(string name, TimeSpan duration)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        return WaitUntilAsync(name, now => Waits.After(now, duration));
    }

    /// <inheritdoc cref="WaitAsync"/>
    /// <param name="name">The wait's name, unique within the run like a step's.</param>
    /// <param name="until">Until when.</param>
    public Task WaitUntilAsync(string name, DateTimeOffset until)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return WaitUntilAsync(name, _ => until);
    }

    /// <summary>Waits, without a worker, until a signal of this name is sent to the run, and returns what it carries.</summary>
    /// <param name="name">The signal's name, unique within the run like a step's.</param>
    /// <param name="timeout">How long to wait at most; null for ever.</param>
    /// <exception cref="TimeoutException">No signal came in time.</exception>
    public Task<T> WaitForSignalAsync<T>(string name, TimeSpan? timeout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (timeout is { } longest) ArgumentOutOfRangeException.ThrowIfLessThan(longest, TimeSpan.Zero, nameof(timeout));
        return Begin(name, OperationKind.Signal, operation => new Waits(_attempt, operation).ForSignalAsync<T>(name, timeout));
    }

    /// <summary>Runs another workflow of the same tenant as a run of its own, and waits for its output without a worker.</summary>
    /// <param name="name">The child's name, unique within the run like a step's.</param>
    /// <param name="workflow">The workflow to run.</param>
    /// <param name="input">Its input.</param>
    /// <exception cref="ChildRunFailedException">The child failed for good or was cancelled.</exception>
    public Task<TOutput> RunChildAsync<TInput, TOutput>(string name, string workflow, TInput input)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(workflow);
        return Begin(name, OperationKind.Child, operation => new ChildRuns(_attempt, operation).RunAsync<TInput, TOutput>(workflow, input));
    }

    /// <summary>Does something for each item, so many at a time; the steps of each item have a scope of their own.</summary>
    /// <remarks>When an item fails no further one begins, those that run go on to their end, and then the error is thrown. An item that waits keeps its place.</remarks>
    /// <param name="name">The loop's name, unique within the run like a step's.</param>
    /// <param name="items">The items; their number and order must be the same in each attempt.</param>
    /// <param name="concurrency">How many items at a time, at least 1.</param>
    /// <param name="body">What to do for an item: its context, the item and its index.</param>
    /// <returns>What the items gave, in their order.</returns>
    public Task<IReadOnlyList<TResult>> ForEachAsync<TItem, TResult>(
        string name, IReadOnlyList<TItem> items, int concurrency, Func<WorkflowContext, TItem, int, Task<TResult>> body)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        ArgumentNullException.ThrowIfNull(body);
        var keys = Enumerable.Range(0, items.Count).Select(index => index.ToString(CultureInfo.InvariantCulture)).ToArray();
        return Begin<IReadOnlyList<TResult>>(name, kind: null, async operation =>
            await new Branches<TResult>(_attempt, operation, keys, (context, index) => body(context, items[index], index)).RunAsync(concurrency).ConfigureAwait(false));
    }

    /// <summary>Does several things at the same time, each in a scope of its own named by its key.</summary>
    /// <inheritdoc cref="ForEachAsync" path="/remarks"/>
    /// <param name="name">The group's name, unique within the run like a step's.</param>
    /// <param name="branches">What to do, by name.</param>
    /// <returns>What the branches gave, by name and in their order.</returns>
    public Task<IReadOnlyDictionary<string, TResult>> ParallelAsync<TResult>(
        string name, IReadOnlyDictionary<string, Func<WorkflowContext, Task<TResult>>> branches)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(branches);
        var keys = branches.Keys.ToArray();
        return Begin<IReadOnlyDictionary<string, TResult>>(name, kind: null, async operation =>
        {
            var all = new Branches<TResult>(_attempt, operation, keys, (context, index) => branches[keys[index]](context));
            var results = await all.RunAsync(Math.Max(1, keys.Length)).ConfigureAwait(false);
            return new OrderedDictionary<string, TResult>(keys.Zip(results, KeyValuePair.Create));
        });
    }

    private Task<object?> WaitUntilAsync(string name, Func<DateTimeOffset, DateTimeOffset> until) => Begin<object?>(name, OperationKind.Wait, async operation =>
    {
        await new Waits(_attempt, operation).UntilAsync(until).ConfigureAwait(false);
        return null;
    });

    // Not async: what the operation follows is noted in the caller's own flow.
    private Task<T> Begin<T>(string name, OperationKind? kind, Func<Operation, Task<T>> run)
    {
        try
        {
            if (kind != OperationKind.Step && StepRunner.Current is { } step)
                throw new UnrecoverableError($"Step '{step}' begins '{name}'; only the workflow itself waits, runs children and branches: take it out of the step.");
            var operation = _scope.Begin(name, kind);
            return operation.Expected is { } expected ? ConfirmAsync(operation, expected, run) : run(operation);
        }
        catch (Exception refused)
        {
            return refused is OperationCanceledException { CancellationToken: { IsCancellationRequested: true } ct } ? Task.FromCanceled<T>(ct) : Task.FromException<T>(refused);
        }
    }

    private async Task<T> ConfirmAsync<T>(Operation operation, WorkflowStep expected, Func<Operation, Task<T>> run)
    {
        using var ending = operation;
        await _attempt.History.ConfirmAsync(operation, expected, _attempt.Token).ConfigureAwait(false);
        return await run(operation).ConfigureAwait(false);
    }
}
