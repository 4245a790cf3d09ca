namespace WorkflowAspire.Workflows.Store;

/// <summary>
/// Shares round trips: while a batch is under way, the writes of all runs pile up, and the next batch takes them all. A single
/// write goes at once. Writes of the same row keep their order and are never in two batches at the same time.
/// </summary>
/// <param name="execution">Executes batches.</param>
/// <param name="size">Writes in a batch, at most.</param>
/// <param name="lanes">Batches under way at the same time, at most.</param>
internal sealed class GroupCommit(IBatchExecution execution, int size, int lanes)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<PendingWrite> _queued = [];
    private readonly HashSet<Guid> _rowsUnderWay = [];
    private int _busy;

    /// <summary>Executes a write; its outcome is told after the commit.</summary>
    /// <param name="write">The statement.</param>
    /// <param name="operation">What it does, for the trace of whoever asks for it.</param>
    /// <param name="ct">Withdraws the write as long as it was not sent; after that its outcome is waited for.</param>
    public async Task<T> ExecuteAsync<T>(PendingWrite<T> write, string operation, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var activity = StoreTelemetry.StartWrite(operation);
        Add(write);
        try
        {
            using (ct.UnsafeRegister(static (state, token) => ((PendingWrite)state!).Withdraw(token), write))
                return await write.Outcome.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            WorkflowTelemetry.Failed(activity, error);
            throw;
        }
        finally
        {
            activity?.SetTag("db.operation.batch.size", write.BatchSize);
        }
    }

    private void Add(PendingWrite write)
    {
        lock (_gate)
        {
            _queued.AddLast(write);
            if (_busy == lanes) return;
            _busy++;
        }

        Start();
    }

    // Without the caller's context: the batch is everybody's.
    private void Start() => ThreadPool.UnsafeQueueUserWorkItem(static commit => _ = commit.WorkAsync(), this, preferLocal: false);

    private async Task WorkAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            if (await TryExecuteAsync(batch).ConfigureAwait(false))
            {
                Release(batch);
                continue;
            }

            // Where the database takes writes side by side, the lane doesn't wait for one that is held up.
            var settled = SettleOneByOneAsync(batch);
            if (execution.WritesSideBySide == 1) await settled.ConfigureAwait(false);
        }
    }

    private void Release(IEnumerable<PendingWrite> writes)
    {
        lock (_gate)
        {
            foreach (var write in writes)
                if (write.Row is { } row) _rowsUnderWay.Remove(row);
            if (_queued.Count == 0 || _busy == lanes) return;
            _busy++;
        }

        Start();
    }

    // The lane ends, in the same breath, where there is nothing to take.
    private List<PendingWrite> Take()
    {
        lock (_gate)
        {
            var batch = new List<PendingWrite>();
            var rows = new Dictionary<Guid, PendingWrite>();
            var passedOver = new HashSet<Guid>();
            for (var node = _queued.First; node is not null && batch.Count < size;)
            {
                var (write, at) = (node.Value, node);
                node = node.Next;
                if (write.Row is { } row && !MayJoin(write, row, batch, rows, passedOver))
                {
                    passedOver.Add(row);
                    continue;
                }

                if (write.Row is null && !IsOfTheKindOf(batch, write)) continue;
                _queued.Remove(at);
                if (!write.TryTake()) continue;
                batch.Add(write);
                if (write.Row is { } taken) rows[taken] = write;
            }

            foreach (var write in batch)
            {
                write.BatchSize = batch.Count;
                if (write.Row is { } row) _rowsUnderWay.Add(row);
            }

            if (batch.Count == 0) _busy--;
            // All processes lock rows in the same order, so that their batches rarely deadlock; the sort is stable.
            return [.. batch.OrderBy(write => write.Row)];
        }
    }

    // Writes of one row keep their order, also against one that was passed over. Where all of a crowd are one statement, a row is in it once.
    private bool MayJoin(PendingWrite write, Guid row, List<PendingWrite> batch, Dictionary<Guid, PendingWrite> rows, HashSet<Guid> passedOver) =>
        !_rowsUnderWay.Contains(row) && !passedOver.Contains(row) && IsOfTheKindOf(batch, write)
        && (write.Set is null || !rows.TryGetValue(row, out var before) || (before.Set == write.Set && write.Set.TellsApart is not []));

    // Crowds are by themselves: only then is everything in a batch worth preparing.
    private static bool IsOfTheKindOf(List<PendingWrite> batch, PendingWrite write) => batch.Count == 0 || batch[0].Set is null == write.Set is null;

    // False where the batch was rolled back for one statement's fault.
    private async Task<bool> TryExecuteAsync(List<PendingWrite> batch)
    {
        try
        {
            await execution.ExecuteAsync(batch).ConfigureAwait(false);
        }
        catch (Exception error) when (batch.Count > 1 && execution.IsOneStatementsFault(error))
        {
            return false;
        }
        catch (Exception error)
        {
            foreach (var write in batch) write.Fail(error);
            return true;
        }

        foreach (var write in batch) write.Publish();
        return true;
    }

    // Only the statement at fault fails; deadlocks and serialization failures are over by now.
    private async Task SettleOneByOneAsync(List<PendingWrite> batch)
    {
        Exception? gone = null;
        await Parallel.ForEachAsync(
            batch.GroupBy(write => write.Row ?? Guid.NewGuid()),
            new ParallelOptions { MaxDegreeOfParallelism = execution.WritesSideBySide },
            async (writesOfRow, _) =>
            {
                foreach (var write in writesOfRow) gone = await SettleAsync(write, Volatile.Read(ref gone)).ConfigureAwait(false) ?? gone;
                Release(writesOfRow);
            }).ConfigureAwait(false);
    }

    // Once the database has gone, nobody waits for it once for each of the others, which were not sent.
    private async Task<Exception?> SettleAsync(PendingWrite write, Exception? gone)
    {
        if (gone is not null)
        {
            write.Fail(gone);
            return gone;
        }

        try
        {
            write.Forget();
            write.BatchSize = 1;
            await execution.ExecuteAsync([write]).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            write.Fail(error);
            return execution.IsOneStatementsFault(error) ? null : error;
        }

        write.Publish();
        return null;
    }
}
