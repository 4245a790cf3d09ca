using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>What the lists of runs promise, on either database.</summary>
public abstract class ListingSpecification : StoreSpecification
{
    private static readonly Guid Ours = Guid.NewGuid();

    [Fact]
    public async Task Runs_are_listed_newest_first()
    {
        var oldest = await AcceptRun();
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var middle = await AcceptRun();
        Time.Advance(TimeSpan.FromMilliseconds(1));
        var newest = await AcceptRun();

        (await Store.ListAsync(new RunFilter(), null, 10)).Items.ShouldBe([newest with { Input = null }, middle with { Input = null }, oldest with { Input = null }]);
    }

    [Fact]
    public async Task A_list_is_narrowed_by_tenant_workflow_and_status()
    {
        var wanted = await Claim(await AcceptRun(Ours, "greet"));
        await Claim(await AcceptRun(Guid.NewGuid(), "greet"));
        await Claim(await AcceptRun(Ours, "digest"));
        await AcceptRun(Ours, "greet");

        (await Store.ListAsync(new RunFilter(Ours, "greet") { Statuses = [RunStatus.Running] }, null, 10)).Items.ShouldBe([wanted.Run with { Input = null }]);
        (await Store.ListAsync(new RunFilter(Ours), null, 10)).Items.Count.ShouldBe(3);
        (await Store.ListAsync(new RunFilter(WorkflowId: "greet"), null, 10)).Items.Count.ShouldBe(3);
        (await Store.ListAsync(new RunFilter { Statuses = [RunStatus.Pending] }, null, 10)).Items.Count.ShouldBe(1);
        (await Store.ListAsync(new RunFilter(WorkflowId: "no\0such"), null, 10)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task Runs_are_filtered_by_several_statuses_a_range_of_time_and_their_parent()
    {
        var early = await AcceptRun(Ours);
        Time.Advance(TimeSpan.FromMinutes(1));
        var running = await AcceptAndClaim(Ours);
        var failed = await AcceptFailedRun(Ours);
        var child = NewRun(Ours) with { ParentRunId = running.Run.Id, CreatedAt = Time.GetUtcNow() };
        await Store.CreateAsync(child);
        var done = await AcceptAndClaim(Ours);
        await Store.CompleteAsync(done, "1");

        (await Ids(new RunFilter(Ours) { Statuses = [RunStatus.Running, RunStatus.Failed] })).ShouldBe([running.Run.Id, failed.Id], ignoreOrder: true);
        (await Ids(new RunFilter(Ours) { Statuses = [RunStatus.Completed, RunStatus.Failed] })).ShouldBe([done.Run.Id, failed.Id], ignoreOrder: true);
        (await Ids(new RunFilter(Ours) { Statuses = [RunStatus.Pending] })).ShouldBe([child.Id, early.Id], ignoreOrder: true);
        (await Ids(new RunFilter(Ours) { CreatedBefore = early.CreatedAt.AddSeconds(1) })).ShouldBe([early.Id]);
        (await Ids(new RunFilter(Ours) { Statuses = [RunStatus.Pending], CreatedFrom = early.CreatedAt.AddSeconds(1) })).ShouldBe([child.Id]);
        (await Ids(new RunFilter { ParentRunId = running.Run.Id })).ShouldBe([child.Id]);
        (await Ids(new RunFilter { ParentRunId = running.Run.Id, Statuses = [RunStatus.Failed] })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_hold_every_run_once_even_those_of_the_same_instant()
    {
        var runs = new List<WorkflowRun>();
        for (var i = 0; i < 25; i++)
        {
            if (i % 5 == 0) Time.Advance(TimeSpan.FromMilliseconds(1));
            runs.Add(await AcceptRun(Ours));
        }

        var pages = new List<RunPage>();
        do
        {
            pages.Add(await Store.ListAsync(new RunFilter(Ours), pages.LastOrDefault()?.NextCursor, 4));
            // What arrives in between belongs before the first page.
            Time.Advance(TimeSpan.FromSeconds(1));
            await AcceptRun(Ours);
        }
        while (pages[^1].NextCursor is not null);

        pages.Count.ShouldBe(7);
        pages.SelectMany(page => page.Items).Select(run => run.Id).ShouldBe(runs.Select(run => run.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task A_page_that_is_just_full_is_the_last()
    {
        for (var i = 0; i < 3; i++) await AcceptRun();

        var page = await Store.ListAsync(new RunFilter(), null, 3);

        page.Items.Count.ShouldBe(3);
        page.NextCursor.ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("////////////////////////////////")]
    [InlineData("_____________________________w==")]
    [InlineData("' OR 1=1 --")]
    public async Task A_cursor_of_somebody_elses_is_refused(string cursor)
    {
        var error = await Should.ThrowAsync<FormatException>(() => Store.ListAsync(new RunFilter(), cursor, 10));

        error.Message.ShouldContain("nextCursor");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task A_page_has_between_1_and_1000_runs(int limit) =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Store.ListAsync(new RunFilter(), null, limit));

    [Fact]
    public async Task Stale_runs_are_those_that_run_for_too_long_oldest_first()
    {
        var oldest = await AcceptAndClaim();
        Time.Advance(TimeSpan.FromMinutes(5));
        var old = await AcceptAndClaim();
        await AcceptRun();
        await AcceptFailedRun();
        Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));
        await AcceptAndClaim();

        (await Store.ListStaleAsync(TimeSpan.FromMinutes(10))).ShouldBe([oldest.Run with { Input = null }, old.Run with { Input = null }]);
    }

    [Fact]
    public async Task A_recovered_run_is_not_stale()
    {
        var lease = await AcceptAndClaim();
        Time.Advance(TimeSpan.FromMinutes(11));

        await Claim(lease.Run);

        (await Store.ListStaleAsync(TimeSpan.FromMinutes(10))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Runs_whose_job_never_reached_the_queue_are_listed_oldest_first()
    {
        var first = await AcceptRun();
        Time.Advance(TimeSpan.FromSeconds(1));
        var second = await AcceptRun();
        await Store.MarkEnqueuedAsync((await AcceptRun()).Id, Time.GetUtcNow());
        await AcceptAndClaim();
        Time.Advance(TimeSpan.FromSeconds(31));
        await AcceptRun();

        (await Store.ListNeverEnqueuedAsync(TimeSpan.FromSeconds(30), 10)).ShouldBe([first, second]);
        (await Store.ListNeverEnqueuedAsync(TimeSpan.FromSeconds(30), 1)).ShouldBe([first]);
        (await Store.ListNeverEnqueuedAsync(TimeSpan.FromSeconds(30), 10, after: first)).ShouldBe([second]);
        (await Store.ListNeverEnqueuedAsync(TimeSpan.FromSeconds(30), 10, after: second)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_page_of_runs_to_enqueue_holds_no_more_than_fits_into_memory()
    {
        for (var i = 0; i < 5; i++) await AcceptRun(input: $"\"{new string('x', 6_000_000)}\"");
        Time.Advance(TimeSpan.FromSeconds(31));

        (await Store.ListNeverEnqueuedAsync(TimeSpan.FromSeconds(30), 10)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_replayed_run_is_enqueued_anew()
    {
        var failed = await AcceptFailedRun();
        await Store.MarkEnqueuedAsync(failed.Id, Time.GetUtcNow());

        await Store.ResetForReplayAsync(await Now(failed));

        Time.Advance(TimeSpan.FromMinutes(1));
        (await Store.ListNeverEnqueuedAsync(TimeSpan.FromSeconds(30), 10)).ShouldHaveSingleItem().Id.ShouldBe(failed.Id);
    }

    private async Task<IEnumerable<Guid>> Ids(RunFilter filter) => (await Store.ListAsync(filter, null, 100)).Items.Select(run => run.Id);
}
