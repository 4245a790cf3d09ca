using System.Data.Common;

namespace WorkflowAspire.Workflows.Store;

/// <summary>A statement that changes rows, on its way to the database. Its outcome is kept first and told once it is committed.</summary>
internal abstract class PendingWrite(string sql, StoreParameters parameters)
{
    private const int Queued = 0;
    private const int Taken = 1;
    private const int Withdrawn = 2;

    private int _state = Queued;

    public string Sql { get; } = sql;

    public StoreParameters Parameters { get; } = parameters;

    /// <summary>The row that it is about; writes of one row keep their order.</summary>
    public Guid? Row { get; } = parameters.Row;

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

    /// <summary>Keeps the rows that the statement returned.</summary>
    public abstract Task KeepRowsAsync(DbDataReader reader);

    /// <summary>Keeps how many rows the statement changed.</summary>
    public abstract void KeepCount(int rows);

    public void KeepFailure(Exception error) => Failure = error;

    /// <summary>Forgets what an attempt kept that was rolled back.</summary>
    public void Forget() => Failure = null;

    /// <summary>Tells the caller what was kept.</summary>
    public abstract void Publish();

    /// <summary>Tells the caller that the statement failed.</summary>
    public abstract void Fail(Exception error);

    protected abstract void Cancel(CancellationToken ct);
}

/// <inheritdoc/>
internal abstract class PendingWrite<T>(string sql, StoreParameters parameters) : PendingWrite(sql, parameters)
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

    public override Task KeepRowsAsync(DbDataReader reader) => Task.CompletedTask;
}

/// <summary>A write whose outcome is the rows that it returns.</summary>
internal sealed class ReturningWrite<T>(string sql, StoreParameters parameters, Func<DbDataReader, T> read) : PendingWrite<List<T>>(sql, parameters)
{
    private List<T> _rows = [];

    public override bool ReturnsRows => true;

    protected override List<T> Kept => _rows;

    public override void KeepCount(int rows)
    {
    }

    public override async Task KeepRowsAsync(DbDataReader reader)
    {
        var rows = new List<T>();
        Exception? unreadable = null;
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            try
            {
                if (unreadable is null) rows.Add(read(reader));
            }
            catch (Exception error)
            {
                // The statement is done all the same, and so are its neighbours.
                unreadable = error;
            }
        }

        _rows = rows;
        if (unreadable is not null) KeepFailure(unreadable);
    }
}
