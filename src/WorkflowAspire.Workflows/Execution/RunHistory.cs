using System.Collections.Concurrent;
using System.Collections.Frozen;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>What earlier attempts of a run have recorded, and whether the code still fits it.</summary>
/// <remarks>
/// Operations that run at the same time come in another order in each attempt, so an order proves something only where nothing
/// overlapped. What holds in each attempt is which operation a flow of the code begins after which.
/// </remarks>
internal sealed class RunHistory
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string _workflow;
    private readonly FrozenDictionary<string, WorkflowStep> _byName;
    private readonly ILookup<(string Scope, string Follows), WorkflowStep> _followers;
    private readonly Dictionary<string, int> _orderedUpTo = [];
    private readonly ConcurrentDictionary<string, bool> _taken = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = [];

    public RunHistory(string workflow, IReadOnlyCollection<WorkflowStep> earlier)
    {
        _workflow = workflow;
        _byName = earlier.ToFrozenDictionary(step => step.Name);
        _followers = earlier.Where(step => step.Follows is not null).ToLookup(step => (step.Scope, step.Follows!));
        foreach (var scope in earlier.Where(step => !IsAlone(step)).GroupBy(step => step.Scope)) _orderedUpTo[scope.Key] = scope.Min(step => step.Position);
    }

    public WorkflowStep? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether the code caught the failure of this step and did something else after it.</summary>
    public bool WentOnFrom(OperationScope scope, string name)
    {
        for (var (at, after) = (scope, name); ; (at, after) = (at.Parent, at.Group))
        {
            if (_followers[(at.Path, after)].Any(step => step.InFlight == 0)) return true;
            if (at.Parent is null) return false;
        }
    }

    /// <summary>An operation begins.</summary>
    /// <returns>What the history has in its place, if the operation is new; <see cref="ConfirmAsync"/> says whether it fits.</returns>
    /// <exception cref="NonDeterministicWorkflowException">The history has something else here.</exception>
    public WorkflowStep? Take(Operation operation)
    {
        if (_byName.Count == 0) return null;
        _taken[operation.Name] = true;
        if (_awaited.TryGetValue(operation.Name, out var awaited)) awaited.TrySetResult();
        if (_byName.TryGetValue(operation.Name, out var recorded))
        {
            if (recorded.Kind != operation.Kind) throw Mismatch(recorded, operation);
            if (operation.IsInOrder && recorded is { InFlight: 0, Follows: { } follows } && follows != operation.Follows && IsOrdered(recorded))
                throw Mismatch(Expected(operation) ?? recorded, operation);
        }
        else if (operation.IsInOrder && Expected(operation) is { } expected && IsAlone(expected))
        {
            return expected;
        }

        return null;
    }

    /// <summary>Waits for another flow of the code to begin what the history has here: flows that started together may come in another order now.</summary>
    /// <exception cref="NonDeterministicWorkflowException">None does, so the code has changed.</exception>
    public async Task ConfirmAsync(Operation operation, WorkflowStep expected, CancellationToken ct)
    {
        var awaited = _awaited.GetOrAdd(expected.Name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        if (_taken.ContainsKey(expected.Name)) return;
        try
        {
            // By the machine's clock: it is the code that is waited for, and not the run's time.
            await awaited.Task.WaitAsync(Patience, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Mismatch(expected, operation);
        }
    }

    /// <summary>What a group of branches has recorded isn't asked for again: it failed, and which of them began is chance.</summary>
    public void Leave(string path)
    {
        foreach (var step in _byName.Values.Where(step => step.Scope.StartsWith(path, StringComparison.Ordinal))) _taken[step.Name] = true;
    }

    /// <summary>The code has come to its end.</summary>
    /// <exception cref="NonDeterministicWorkflowException">It left out what the history has.</exception>
    public void End()
    {
        var left = _byName.Values.Where(step => step is { Status: StepStatus.Completed, Follows: not null } && IsAlone(step) && !_taken.ContainsKey(step.Name)).MinBy(step => step.Position);
        if (left is not null) throw new NonDeterministicWorkflowException(_workflow, Describe(left), "ended without it");
    }

    private static bool IsAlone(WorkflowStep step) => step is { InFlight: 0, Overlapped: 0 };

    private static string Describe(WorkflowStep step) => $"{step.Kind.ToName()} '{step.Name}' at position {step.Position}";

    // Whether everything up to it came one after the other.
    private bool IsOrdered(WorkflowStep step) => !_orderedUpTo.TryGetValue(step.Scope, out var first) || step.Position <= first;

    // The only one that the history has after what this flow began before.
    private WorkflowStep? Expected(Operation operation) =>
        _followers[(operation.Scope.Path, operation.Follows)].Take(2).ToArray() is [var only] && !_taken.ContainsKey(only.Name) ? only : null;

    private NonDeterministicWorkflowException Mismatch(WorkflowStep recorded, Operation operation) =>
        new(_workflow, Describe(recorded), $"asks for {operation.KindName} '{operation.Name}' at position {operation.Position}");
}
