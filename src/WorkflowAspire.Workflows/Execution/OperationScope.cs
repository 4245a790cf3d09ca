using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Where operations get their names and positions: the run itself, an item of a loop or a branch.</summary>
internal sealed class OperationScope(RunAttempt attempt, OperationScope? parent = null, string group = "", string path = "")
{
    private readonly AsyncLocal<string?> _last = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Operation> _inFlight = [];
    private int _position;
    private bool _hasOverlapped;

    public RunAttempt Attempt => attempt;

    public OperationScope? Parent => parent;

    /// <summary>The loop or the branches that the scope belongs to, as its parent names it.</summary>
    public string Group => group;

    /// <summary>What its names begin with; empty for the run itself.</summary>
    public string Path => path;

    /// <summary>The operation at which the code of this scope waits, if it does.</summary>
    public string? SuspendedAt { get; private set; }

    /// <summary>Begins an operation. Must be called in the caller's own flow, before anything is awaited.</summary>
    /// <param name="name">Its name without the scope's.</param>
    /// <param name="kind">What it is; null for branches.</param>
    /// <exception cref="RunSuspendedException">The scope waits.</exception>
    public Operation Begin(string name, OperationKind? kind)
    {
        attempt.Token.ThrowIfCancellationRequested();
        if (SuspendedAt is { } at) throw new RunSuspendedException(at);
        var fullName = path + name;
        if (!attempt.TryName(fullName))
            throw new UnrecoverableError($"Workflow '{attempt.Run.WorkflowId}' takes two steps named '{fullName}'; each step of a run needs a name of its own.");

        var operation = Enter(fullName, kind);
        _last.Value = fullName;
        try
        {
            operation.Expected = attempt.History.Take(operation);
        }
        catch
        {
            operation.Dispose();
            throw;
        }

        return operation;
    }

    /// <summary>The code of this scope goes no further until it is run again.</summary>
    public async Task<RunSuspendedException> SuspendAsync(Operation operation, DateTimeOffset? until)
    {
        // What the same flow begins beside this operation, before it awaits anything, is begun before the scope is closed.
        await Task.Yield();
        SuspendedAt = operation.Name;
        attempt.Suspend(this, until);
        return new RunSuspendedException(operation.Name);
    }

    /// <summary>The code of this scope waits because branches within it do.</summary>
    public RunSuspendedException Suspend(Operation branches)
    {
        SuspendedAt = branches.Name;
        return new RunSuspendedException(branches.Name);
    }

    public void End(Operation operation)
    {
        lock (_lock) _inFlight.Remove(operation);
    }

    private Operation Enter(string name, OperationKind? kind)
    {
        var number = attempt.CountBegun(kind);
        lock (_lock)
        {
            _hasOverlapped |= _inFlight.Count > 0;
            foreach (var other in _inFlight) other.Overlapped++;
            var operation = new Operation(this, name, kind, ++_position, _last.Value ?? "", _inFlight.Count, !_hasOverlapped, number);
            _inFlight.Add(operation);
            return operation;
        }
    }
}

/// <summary>An operation under way.</summary>
/// <param name="Scope">Where it belongs.</param>
/// <param name="Name">Its name with its scope's.</param>
/// <param name="Kind">What it is; null for branches.</param>
/// <param name="Position">Its place in its scope, from 1.</param>
/// <param name="Follows">What its flow began before it; empty for nothing.</param>
/// <param name="InFlight">How many others of its scope were in flight when it began.</param>
/// <param name="IsInOrder">Whether nothing has overlapped in its scope so far.</param>
/// <param name="Number">Its place in the whole attempt.</param>
internal sealed record Operation(
    OperationScope Scope, string Name, OperationKind? Kind, int Position, string Follows, int InFlight, bool IsInOrder, int Number) : IDisposable
{
    /// <summary>How many others of its scope began before it ended.</summary>
    public int Overlapped { get; set; }

    /// <summary>What the history has in its place, if it has something else.</summary>
    public WorkflowStep? Expected { get; set; }

    public string KindName => Kind?.ToName() ?? "branches";

    public void Dispose() => Scope.End(this);

    public bool Equals(Operation? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
