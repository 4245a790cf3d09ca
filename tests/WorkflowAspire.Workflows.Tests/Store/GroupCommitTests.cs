using System.Diagnostics;
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

    [Fact]
    public async Task Each_write_is_a_span_below_its_caller_and_no_batch_is_in_a_callers_trace()
    {
        using var trace = new CallersTrace();
        var first = Write("first");
        var sent = await _database.NextBatch();
        Task<int>[] others = [Write("second"), Write("third")];

        sent.Answer();
        await first;
        var shared = await _database.NextBatch();
        shared.Answer();
        await Task.WhenAll(others);

        (sent.Context, shared.Context).ShouldBe((null, null));
        trace.Spans.ShouldAllBe(span => span.ParentSpanId == trace.Caller.SpanId && span.Status == ActivityStatusCode.Unset);
        trace.Spans.Select(span => (int)span.GetTagItem("db.operation.batch.size")!).Order().ShouldBe([1, 2, 2]);
    }

    [Fact]
    public async Task The_span_of_a_write_that_fails_says_what_failed_and_not_the_text()
    {
        using var trace = new CallersTrace();
        var write = Write("a");

        (await _database.NextBatch()).Fail(new IOException("what the row held"));
        await Should.ThrowAsync<IOException>(() => write);

        var span = trace.Spans.ShouldHaveSingleItem();
        span.Status.ShouldBe(ActivityStatusCode.Error);
        span.TagObjects.Select(tag => tag.Value?.ToString()).Append(span.StatusDescription).ShouldAllBe(text => text == null || !text.Contains("row", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_write_that_belongs_to_no_request_and_no_run_makes_no_span()
    {
        var started = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkflowTelemetry.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity => started += activity.OperationName == "store Lone" ? 1 : 0,
        };
        ActivitySource.AddActivityListener(listener);

        var write = _database.Write("a", row: null, operation: "LoneAsync");
        (await _database.NextBatch()).Answer();
        await write;

        started.ShouldBe(0);
    }

    private Task<int> Write(string statement, Guid? row = null, CancellationToken ct = default) => _database.Write(statement, row, ct: ct);

    private sealed class StatementException : Exception;

    private sealed class ManualDatabase : IBatchExecution
    {
        private readonly System.Threading.Channels.Channel<Batch> _batches = System.Threading.Channels.Channel.CreateUnbounded<Batch>();
        private readonly GroupCommit _commit;

        public ManualDatabase(int lanes = 1) => _commit = new GroupCommit(this, size: 100, lanes);

        public int WritesSideBySide => 1;

        public Task<int> Write(string statement, Guid? row, string operation = "Write", CancellationToken ct = default) =>
            _commit.ExecuteAsync(new CountedWrite(statement, new StoreParameters { ["id"] = row }), operation, ct);

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

        /// <summary>What the database client's own spans would stand below.</summary>
        public Activity? Context { get; } = Activity.Current;

        public Task Outcome => _outcome.Task;

        public IReadOnlyList<string> Statements => [.. writes.Select(write => write.Sql)];

        public void Answer()
        {
            foreach (var write in writes) write.KeepCount(1);
            _outcome.SetResult();
        }

        public void Fail(Exception error) => _outcome.SetException(error);
    }

    /// <summary>Somebody with a trace, and the spans of the store in it that have ended.</summary>
    private sealed class CallersTrace : IDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<Activity> _spans = new();
        private readonly ActivityListener _listener;

        public CallersTrace()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == WorkflowTelemetry.SourceName,
                Sample = (ref _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    if (activity.TraceId == Caller?.TraceId) _spans.Enqueue(activity);
                },
            };
            ActivitySource.AddActivityListener(_listener);
            Caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        }

        public Activity Caller { get; }

        public IReadOnlyCollection<Activity> Spans => _spans;

        public void Dispose()
        {
            Caller.Dispose();
            _listener.Dispose();
        }
    }
}
