using System.Data.Common;

namespace WorkflowAspire.Workflows.Store;

/// <summary>A statement that changes rows, on its way to the database. Its outcome is kept first and told once it is committed.</summary>
internal abstract class PendingWrite
{
    private const int Queued = 0;
    private const int Taken = 1;
    private const int Withdrawn = 2;

    private int _state = Queued;

    protected PendingWrite(string sql, StoreParameters parameters)
    {
        (Sql, Parameters) = (sql, parameters);
        Row = parameters["id"] as Guid?;
    }

    protected PendingWrite(SetStatement set, StoreParameters parameters)
    {
        (Sql, Set, Parameters) = (set.Sqlite, set, parameters);
        Row = (Guid)parameters[set.Columns[0].Name]!;
    }

    /// <summary>The statement for this write alone; on PostgreSQL a <see cref="Set"/> stands in its place, where there is one.</summary>
    public string Sql { get; }

    /// <summary>The statement that it shares with others of its kind; null for one of its own.</summary>
    public SetStatement? Set { get; }

    public StoreParameters Parameters { get; }

    /// <summary>The row that it is about; writes of one row keep their order.</summary>
    public Guid? Row { get; }

    public abstract bool ReturnsRows { get; }

    /// <summary>How many writes shared its round trip.</summary>
    public int BatchSize { get; set; } = 1;

    /// <summary>Why this statement failed while others of its transaction did not.</summary>
    protected Exception? Failure { get; private set; }

    /// <summary>Takes it for a batch; false where its caller has withdrawn it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Queued) == Queued;

    /// <summary>Calls it off, unless it was taken: what was sent has an outcome that its caller must know.</summary>
    public void Withdraw(CancellationToken ct)
    {
        if (Interlocked.CompareExchange(ref _state, Withdrawn, Queued) == Queued) Cancel(ct);
    }

    /// <summary>Keeps a row that the statement returned.</summary>
    public abstract void KeepRow(DbDataReader row);

    /// <summary>Keeps how many rows the statement changed.</summary>
    public abstract void KeepCount(int rows);

    public void KeepFailure(Exception error) => Failure = error;

    /// <summary>Forgets what an attempt kept that was rolled back.</summary>
    public virtual void Forget() => Failure = null;

    /// <summary>Tells the caller what was kept.</summary>
    public abstract void Publish();

    /// <summary>Tells the caller that the statement failed.</summary>
    public abstract void Fail(Exception error);

    protected abstract void Cancel(CancellationToken ct);
}

/// <inheritdoc/>
internal abstract class PendingWrite<T> : PendingWrite
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected PendingWrite(string sql, StoreParameters parameters)
        : base(sql, parameters)
    {
    }

    protected PendingWrite(SetStatement set, StoreParameters parameters)
        : base(set, parameters)
    {
    }

    public Task<T> Outcome => _outcome.Task;

    protected abstract T Kept { get; }

    public override void Publish()
    {
        if (Failure is { } error) _outcome.SetException(error);
        else _outcome.SetResult(Kept);
    }

    public override void Fail(Exception error) => _outcome.SetException(error);

    protected override void Cancel(CancellationToken ct) => _outcome.SetCanceled(ct);
}

/// <summary>A write whose outcome is how many rows it changed.</summary>
internal sealed class CountedWrite(string sql, StoreParameters parameters) : PendingWrite<int>(sql, parameters)
{
    private int _count;

    public override bool ReturnsRows => false;

    protected override int Kept => _count;

    public override void KeepCount(int rows) => _count = rows;

    public override void KeepRow(DbDataReader row)
    {
    }
}

/// <summary>A write whose outcome is the rows that it returns.</summary>
internal sealed class ReturningWrite<T> : PendingWrite<List<T>>
{
    private readonly Func<DbDataReader, T> _read;
    private List<T> _rows = [];

    public ReturningWrite(string sql, StoreParameters parameters, Func<DbDataReader, T> read)
        : base(sql, parameters) => _read = read;

    public ReturningWrite(SetStatement set, StoreParameters parameters, Func<DbDataReader, T> read)
        : base(set, parameters) => _read = read;

    public override bool ReturnsRows => true;

    protected override List<T> Kept => _rows;

    public override void KeepCount(int rows)
    {
    }

    public override void KeepRow(DbDataReader row)
    {
        if (Failure is not null) return;
        try
        {
            _rows.Add(_read(row));
        }
        catch (Exception unreadable)
        {
            // The statement is done all the same, and so are its neighbours.
            KeepFailure(unreadable);
        }
    }

    public override void Forget()
    {
        base.Forget();
        _rows = [];
    }
}
