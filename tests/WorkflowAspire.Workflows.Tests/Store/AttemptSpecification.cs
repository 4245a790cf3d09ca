using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>What is kept of attempts that did not complete their run, on either database.</summary>
public abstract class AttemptSpecification : StoreSpecification
{
    private static readonly AttemptError Unavailable = new("The model answered 503 to request 7f3a.", "System.Net.Http.HttpRequestException", "at Ask()", "page[3]/ask");

    [Fact]
    public async Task Each_failed_attempt_is_kept_with_its_worker_its_step_and_its_error()
    {
        var run = await AcceptRun();
        var first = await ClaimAs("worker-1", run);
        var began = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromSeconds(3));
        await Store.ReturnToPendingAsync(first, Unavailable);
        var second = await ClaimAs("worker-2", run);
        await Store.FailAsync(run.Id, second.Attempt, "It can't be read.");

        var attempts = await Store.ListAttemptsAsync(run.Id);

        attempts[0].ShouldBe(new RunAttemptRecord(1, AttemptOutcome.Failed, "worker-1", began, began.AddSeconds(3), Unavailable, Unavailable.Fingerprint));
        attempts[1].ShouldSatisfyAllConditions(
            attempt => attempt.Worker.ShouldBe("worker-2"),
            attempt => attempt.Error.ShouldBe(new AttemptError("It can't be read.")),
            attempt => attempt.Outcome.ShouldBe(AttemptOutcome.Failed));
        attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_run_tells_what_its_newest_attempt_failed_by_until_it_completes()
    {
        var run = await AcceptRun();
        await Store.ReturnToPendingAsync(await Claim(run), Unavailable);
        (await Store.FindAsync(run.Id))!.ShouldSatisfyAllConditions(
            failed => failed.FailedStep.ShouldBe("page[3]/ask"),
            failed => failed.ErrorType.ShouldBe("System.Net.Http.HttpRequestException"),
            failed => failed.FailureFingerprint.ShouldBe(Unavailable.Fingerprint));
        (await Store.ListAsync(new RunFilter { FailureFingerprint = Unavailable.Fingerprint }, null, 10)).Items.ShouldHaveSingleItem().Id.ShouldBe(run.Id);

        await Store.CompleteAsync(await Claim(run), "1");

        (await Store.FindAsync(run.Id))!.ShouldSatisfyAllConditions(
            done => done.FailedStep.ShouldBeNull(), done => done.ErrorType.ShouldBeNull(), done => done.FailureFingerprint.ShouldBeNull());
        (await Store.ListAsync(new RunFilter { FailureFingerprint = Unavailable.Fingerprint }, null, 10)).Items.ShouldBeEmpty();
        (await Store.ListAttemptsAsync(run.Id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_attempt_that_lost_its_run_leaves_no_record()
    {
        var run = await AcceptRun();
        var zombie = await Claim(run);
        var newer = await Claim(run);

        await Store.ReturnToPendingAsync(zombie, Unavailable);
        await Store.FailAsync(run.Id, zombie.Attempt, Unavailable);

        (await Store.ListAttemptsAsync(run.Id)).ShouldBeEmpty();
        await Store.RecordLostAttemptAsync(newer);
        (await Store.ListAttemptsAsync(run.Id)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            lost => lost.Attempt.ShouldBe(zombie.Attempt), lost => lost.Outcome.ShouldBe(AttemptOutcome.Lost), lost => lost.Error.ShouldBeNull());
    }

    [Fact]
    public async Task An_attempt_that_was_handed_back_has_no_error()
    {
        var lease = await AcceptAndClaim();

        await Store.ReturnToPendingAsync(lease, error: null);

        (await Store.ListAttemptsAsync(lease.Run.Id)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            back => back.Outcome.ShouldBe(AttemptOutcome.HandedBack), back => back.Error.ShouldBeNull(), back => back.Fingerprint.ShouldBeNull());
    }

    [Theory]
    [InlineData("The model answered 503 to request 7f3a.", "The model answered 429 to request 11.", true)]
    [InlineData("'a' is not a number.", "'ü b' is not a number.", true)]
    [InlineData("No run 0f6d1c5e-1111-4000-8000-000000000000.", "No run 3b6d1c5e-2222-4000-8000-aaaaaaaaaaaa.", true)]
    [InlineData("First line\nat A()", "First line\nat B()", true)]
    [InlineData("It timed out.", "It was refused.", false)]
    public void Failures_of_one_kind_have_one_fingerprint(string one, string other, bool isSame) =>
        (new AttemptError(one, "T", Step: "page[1]/ask").Fingerprint == new AttemptError(other, "T", Step: "page[25]/ask").Fingerprint).ShouldBe(isSame);

    [Fact]
    public void Failures_of_another_type_or_step_have_another_fingerprint()
    {
        var error = new AttemptError("no", "T", Step: "ask");

        (error with { Type = "U" }).Fingerprint.ShouldNotBe(error.Fingerprint);
        (error with { Step = "tell" }).Fingerprint.ShouldNotBe(error.Fingerprint);
    }

    private async Task<RunLease> ClaimAs(string worker, WorkflowRun run) =>
        (await Store.ClaimAsync(run.Id, run.TenantId, worker: worker)).ShouldBeOfType<ClaimResult.Claimed>().Lease;
}
