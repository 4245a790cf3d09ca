using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>How writes are put into batches, shown with a database that answers when the test says so.</summary>
public class GroupCommitTests
{
    private readonly ManualDatabase _database = new();

    [Fact]
    public async Task A_single_write_does_not_wait_for_others()
    {
        var write = Write("a");

        (await _database.NextBatch()).Answer();

        (await write).ShouldBe(1);
    }

    [Fact]
    public async Task What_piles_up_while_batches_are_under_way_goes_in_one()
    {
        var first = Write("first");
        var sent = await _database.NextBatch();
        var others = Enumerable.Range(0, 50).Select(n => Write($"{n}")).ToArray();

        sent.Answer();

        var next = await _database.NextBatch();
        next.Statements.ShouldBe(Enumerable.Range(0, 50).Select(n => $"{n}"));
        next.Answer();
        await Task.WhenAll([first, .. others]);
    }

    [Fact]
    public async Task A_batch_has_a_size()
    {
        _ = Write("first");
        var sent = await _database.NextBatch();
        for (var n = 0; n < 150; n++) _ = Write($"{n}");

        sent.Answer();

        (await _database.NextBatch()).Statements.Count.ShouldBe(100);
    }

    [Fact]
    public async Task A_write_that_is_cancelled_in_the_queue_is_never_sent()
    {
        using var cancel = new CancellationTokenSource();
        _ = Write("first");
        var sent = await _database.NextBatch();
        var cancelled = Write("cancelled", ct: cancel.Token);
        _ = Write("kept");

        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
        sent.Answer();
        (await _database.NextBatch()).Statements.ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_write_that_was_sent_is_waited_for_also_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var write = Write("sent", ct: cancel.Token);
        var sent = await _database.NextBatch();

        await cancel.CancelAsync();

        write.IsCompleted.ShouldBeFalse();
        sent.Answer();
        (await write).ShouldBe(1);
    }

    [Fact]
    public async Task Only_the_statement_at_fault_fails()
    {
        _ = Write("first");
        var sent = await _database.NextBatch();
        Task<int>[] writes = [Write("good"), Write("bad"), Write("better")];
        sent.Answer();

        (await _database.NextBatch()).Fail(new StatementException());

        (await _database.NextBatch()).Answer();
        (await _database.NextBatch()).Fail(new StatementException());
        (await _database.NextBatch()).Answer();
        await Should.ThrowAsync<StatementException>(() => writes[1]);
        (await writes[0]).ShouldBe(1);
        (await writes[2]).ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_connection_is_told_to_every_caller_and_nothing_is_repeated()
    {
        _ = Write("first");
        var sent = await _database.NextBatch();
        Task<int>[] writes = [Write("one"), Write("two")];
        sent.Answer();

        (await _database.NextBatch()).Fail(new IOException("connection reset"));

        foreach (var write in writes) await Should.ThrowAsync<IOException>(() => write);
        _ = Write("next");
        (await _database.NextBatch()).Statements.ShouldBe(["next"]);
    }

    [Fact]
    public async Task Writes_of_one_row_are_never_under_way_in_two_batches()
    {
        var two = new ManualDatabase(lanes: 2);
        var (row, other) = (Guid.NewGuid(), Guid.NewGuid());
        var first = two.Write("first", row);
        var sent = await two.NextBatch();
        var second = two.Write("second", row);
        var elsewhere = two.Write("elsewhere", other);

        var beside = await two.NextBatch();

        beside.Statements.ShouldBe(["elsewhere"]);
        beside.Answer();
        await elsewhere;
        second.IsCompleted.ShouldBeFalse();
        sent.Answer();
        await first;
        (await two.NextBatch()).Statements.ShouldBe(["second"]);
    }

    private Task<int> Write(string statement, Guid? row = null, CancellationToken ct = default) => _database.Write(statement, row, ct);

    private sealed class StatementException : Exception;

    private sealed class ManualDatabase : IBatchExecution
    {
        private readonly System.Threading.Channels.Channel<Batch> _batches = System.Threading.Channels.Channel.CreateUnbounded<Batch>();
        private readonly GroupCommit _commit;

        public ManualDatabase(int lanes = 1) => _commit = new GroupCommit(this, size: 100, lanes);

        public int WritesSideBySide => 1;

        public Task<int> Write(string statement, Guid? row, CancellationToken ct = default) =>
            _commit.ExecuteAsync(new CountedWrite(statement, new StoreParameters { ["id"] = row }), operation: "Write", ct);

        public async Task<Batch> NextBatch() => await _batches.Reader.ReadAsync(TestContext.Current.CancellationToken);

        public Task ExecuteAsync(IReadOnlyList<PendingWrite> writes)
        {
            var batch = new Batch(writes);
            _batches.Writer.TryWrite(batch);
            return batch.Outcome;
        }

        public bool IsOneStatementsFault(Exception error) => error is StatementException;
    }

    private sealed class Batch(IReadOnlyList<PendingWrite> writes)
    {
        private readonly TaskCompletionSource _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Outcome => _outcome.Task;

        public IReadOnlyList<string> Statements => [.. writes.Select(write => write.Sql)];

        public void Answer()
        {
            foreach (var write in writes) write.KeepCount(1);
            _outcome.SetResult();
        }

        public void Fail(Exception error) => _outcome.SetException(error);
    }
}
