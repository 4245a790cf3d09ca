using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>What submissions under a key and the sweepers' statements promise, on either database.</summary>
public abstract class SweepSpecification : StoreSpecification
{
    private static readonly IdempotencyKey Key = new("order-1", "hash");

    [Fact]
    public async Task The_same_submission_is_the_same_run_as_it_is_now()
    {
        var run = NewRun();
        (await Store.SubmitAsync(run, Key)).ShouldBeOfType<Submission.Accepted>().Run.ShouldBe(run);
        await Claim(run);

        var again = await Store.SubmitAsync(NewRun(run.TenantId), Key);

        again.ShouldBeOfType<Submission.Replayed>().Run.ShouldBe(await Now(run));
    }

    [Fact]
    public async Task Another_submission_under_a_taken_key_is_told_who_holds_it()
    {
        var run = NewRun();
        await Store.SubmitAsync(run, Key);

        (await Store.SubmitAsync(NewRun(run.TenantId), Key with { RequestHash = "another" })).ShouldBeOfType<Submission.KeyTaken>().Holder.Id.ShouldBe(run.Id);
        (await Store.SubmitAsync(NewRun(), Key with { RequestHash = "another" })).ShouldBeOfType<Submission.Accepted>();
    }

    [Fact]
    public async Task Of_many_submissions_at_once_one_is_accepted()
    {
        var tenant = Guid.NewGuid();

        var submissions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Store.SubmitAsync(NewRun(tenant), Key)));

        submissions.OfType<Submission.Accepted>().ShouldHaveSingleItem();
        submissions.OfType<Submission.Replayed>().Count().ShouldBe(49);
        var accepted = submissions.OfType<Submission.Accepted>().Single().Run;
        (await Store.ListAsync(new RunFilter(tenant) { IdempotencyKey = Key.Key }, null, 10)).Items.ShouldHaveSingleItem().Id.ShouldBe(accepted.Id);
    }

    [Fact]
    public async Task A_key_is_free_again_when_its_run_was_deleted()
    {
        var run = NewRun() with { Status = RunStatus.Completed, CompletedAt = Time.GetUtcNow() };
        await Store.SubmitAsync(run, Key);
        await Store.DeleteEndedAsync(RunStatus.Completed, Time.GetUtcNow().AddDays(1), 10);

        (await Store.SubmitAsync(NewRun(run.TenantId), Key)).ShouldBeOfType<Submission.Accepted>();
    }

    [Fact]
    public async Task Old_runs_are_deleted_oldest_first_with_their_steps_and_no_other_runs()
    {
        var oldest = await CompletedWithAStep();
        var old = await CompletedWithAStep();
        var young = await CompletedWithAStep();
        var failed = await AcceptFailedRun();
        var unfinished = await AcceptAndClaim();

        (await Store.DeleteEndedAsync(RunStatus.Completed, young.CompletedAt!.Value, limit: 1)).Count.ShouldBe(1);
        (await Store.FindAsync(oldest.Id)).ShouldBeNull();
        (await Store.ListStepsAsync(oldest.Id)).ShouldBeEmpty();
        (await Store.FindAsync(old.Id)).ShouldNotBeNull();

        (await Store.DeleteEndedAsync(RunStatus.Completed, young.CompletedAt!.Value, limit: 100)).Count.ShouldBe(1);
        foreach (var kept in new[] { young, failed, unfinished.Run }) (await Store.FindAsync(kept.Id)).ShouldNotBeNull();
        (await Store.ListStepsAsync(young.Id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_child_stays_as_long_as_its_parent_has_not_ended()
    {
        var parent = await Claim(await AcceptRun());
        var child = NewRun(tenant: parent.Run.TenantId) with { ParentRunId = parent.Run.Id };
        await Store.CreateAsync(child);
        await Store.CompleteAsync(await Claim(child), "1");
        var later = Time.GetUtcNow().AddDays(1);

        (await Store.DeleteEndedAsync(RunStatus.Completed, later, limit: 10)).Count.ShouldBe(0);
        await Store.CompleteAsync(parent, "1");

        (await Store.DeleteEndedAsync(RunStatus.Completed, later, limit: 10)).Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(RunStatus.Pending)]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Waiting)]
    public async Task Unfinished_runs_are_never_deleted(RunStatus status) =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Store.DeleteEndedAsync(status, Time.GetUtcNow(), 1));

    [Fact]
    public async Task Unfinished_runs_that_were_quiet_for_long_are_listed_page_by_page()
    {
        var running = await AcceptAndClaim();
        var pending = NewRun() with { EnqueuedAt = Time.GetUtcNow() };
        var waiting = NewRun() with { Status = RunStatus.Waiting, EnqueuedAt = Time.GetUtcNow() };
        await Store.CreateAsync(pending);
        await Store.CreateAsync(waiting);
        await AcceptRun();
        await AcceptFailedRun();
        Time.Advance(TimeSpan.FromMinutes(10));
        await AcceptAndClaim();
        await Store.CreateAsync(NewRun() with { EnqueuedAt = Time.GetUtcNow() });
        var since = Time.GetUtcNow().AddMinutes(-5);

        var quiet = new List<Guid>();
        for (Guid? after = Guid.Empty; after is { } id;)
        {
            (var page, after) = await Store.ListUnfinishedAsync(id, since, since, 2);
            page.Count.ShouldBeLessThanOrEqualTo(2);
            quiet.AddRange(page.Select(run => run.Id));
        }

        quiet.ShouldBe([running.Run.Id, pending.Id, waiting.Id], ignoreOrder: true);
    }

    [Fact]
    public async Task A_run_that_moved_on_since_it_was_read_is_neither_failed_nor_restored()
    {
        var read = await ReadAsUnfinished();
        await Claim((await Store.FindAsync(read.Id))!);

        (await Store.FailAsync(read, "gone")).ShouldBeFalse();
        (await Store.BeginRestoringAsync(read)).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_is_as_it_was_read_is_restored_or_failed()
    {
        var read = await ReadAsUnfinished();

        (await Store.BeginRestoringAsync(read)).ShouldNotBeNull().EnqueuedAt.ShouldBe(Time.GetUtcNow());
        (await Store.FailAsync(read, "gone")).ShouldBeTrue();
        (await Store.FindAsync(read.Id))!.ShouldSatisfyAllConditions(run => run.Status.ShouldBe(RunStatus.Failed), run => run.Error.ShouldBe("gone"));
    }

    private async Task<UnfinishedRun> ReadAsUnfinished()
    {
        var lease = await AcceptAndClaim();
        Time.Advance(TimeSpan.FromMinutes(10));
        return (await Store.ListUnfinishedAsync(Guid.Empty, Time.GetUtcNow(), Time.GetUtcNow(), 100)).Quiet.Single(run => run.Id == lease.Run.Id);
    }

    private async Task<WorkflowRun> CompletedWithAStep()
    {
        var lease = await AcceptAndClaim();
        await Store.SaveStepAsync(lease, new WorkflowStep("ask", 1, StepStatus.Completed, "1", null, 1, Time.GetUtcNow(), Time.GetUtcNow()), default);
        Time.Advance(TimeSpan.FromMinutes(1));
        await Store.CompleteAsync(lease, "1");
        return await Now(lease.Run);
    }
}
