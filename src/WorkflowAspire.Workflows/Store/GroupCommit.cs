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
    /// <param name="ct">Withdraws the write as long as it was not sent; after that its outcome is waited for.</param>
    public async Task<T> ExecuteAsync<T>(PendingWrite<T> write, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Add(write);
        using (ct.UnsafeRegister(static (state, token) => ((PendingWrite)state!).Withdraw(token), write))
            return await write.Outcome.ConfigureAwait(false);
    }

    private void Add(PendingWrite write)
    {
        lock (_gate)
        {
            _queued.AddLast(write);
            if (_busy == lanes) return;
            _busy++;
        }

        // Without the caller's context: the batch is everybody's.
        ThreadPool.UnsafeQueueUserWorkItem(static commit => _ = commit.WorkAsync(), this, preferLocal: false);
    }

    private async Task WorkAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                await ExecuteAsync(batch).ConfigureAwait(false);
            }
            finally
            {
                lock (_gate)
                {
                    foreach (var write in batch)
                        if (write.Row is { } row) _rowsUnderWay.Remove(row);
                }
            }
        }
    }

    // The lane ends, in the same breath, where there is nothing to take.
    private List<PendingWrite> Take()
    {
        lock (_gate)
        {
            var batch = new List<PendingWrite>();
            for (var node = _queued.First; node is not null && batch.Count < size;)
            {
                var (write, at) = (node.Value, node);
                node = node.Next;
                if (write.Row is { } row && _rowsUnderWay.Contains(row)) continue;
                _queued.Remove(at);
                if (write.TryTake()) batch.Add(write);
            }

            foreach (var write in batch)
                if (write.Row is { } row) _rowsUnderWay.Add(row);
            if (batch.Count == 0) _busy--;
            // All processes lock rows in the same order, so that their batches rarely deadlock; the sort is stable.
            return [.. batch.OrderBy(write => write.Row)];
        }
    }

    private async Task ExecuteAsync(List<PendingWrite> batch)
    {
        try
        {
            await execution.ExecuteAsync(batch).ConfigureAwait(false);
        }
        catch (Exception error) when (batch.Count > 1 && execution.IsOneStatementsFault(error))
        {
            await ExecuteOneByOneAsync(batch).ConfigureAwait(false);
            return;
        }
        catch (Exception error)
        {
            foreach (var write in batch) write.Fail(error);
            return;
        }

        foreach (var write in batch) write.Publish();
    }

    // Only the statement at fault fails; deadlocks and serialization failures are over by now.
    private async Task ExecuteOneByOneAsync(List<PendingWrite> batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            try
            {
                batch[i].Forget();
                await execution.ExecuteAsync([batch[i]]).ConfigureAwait(false);
            }
            catch (Exception error) when (execution.IsOneStatementsFault(error))
            {
                batch[i].Fail(error);
                continue;
            }
            catch (Exception error)
            {
                // The database has gone: nobody waits for it once for each of the others, which were not sent.
                for (; i < batch.Count; i++) batch[i].Fail(error);
                return;
            }

            batch[i].Publish();
        }
    }
}
