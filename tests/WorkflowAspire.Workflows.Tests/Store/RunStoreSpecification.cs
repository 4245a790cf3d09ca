using System.Text.RegularExpressions;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>What the store promises on either database.</summary>
public abstract class RunStoreSpecification : StoreSpecification
{
    [Fact]
    public async Task A_run_is_found_as_it_was_accepted()
    {
        var run = NewRun(input: """{"name":"Zoë – 漢字 \u0000 שלום"}""");

        await Store.CreateAsync(run);

        (await Store.FindAsync(run.Id)).ShouldBe(run);
    }

    [Fact]
    public async Task An_id_is_accepted_once()
    {
        var run = await AcceptRun();

        await Should.ThrowAsync<System.Data.Common.DbException>(() => Store.CreateAsync(run));
    }

    [Fact]
    public async Task An_unknown_run_is_not_found()
    {
        (await Store.FindAsync(Guid.NewGuid())).ShouldBeNull();
        (await Store.ClaimAsync(Guid.NewGuid(), Guid.NewGuid())).ShouldBeOfType<ClaimResult.NotFound>();
        (await Store.FailAsync(Guid.NewGuid(), null, "gone")).ShouldBeFalse();
        (await Store.ResetForReplayAsync(NewRun())).ShouldBeFalse();
        (await Store.ListStepsAsync(Guid.NewGuid())).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_claim_begins_the_first_attempt()
    {
        var run = await AcceptRun();

        var claimed = (await Store.ClaimAsync(run.Id, run.TenantId)).ShouldBeOfType<ClaimResult.Claimed>();

        claimed.WasRunning.ShouldBeFalse();
        claimed.Lease.Attempt.ShouldBe(1);
        (await Now(run)).ShouldBe(run with { Status = RunStatus.Running, Attempts = 1, StartedAt = Time.GetUtcNow(), EnqueuedAt = Time.GetUtcNow(), JobId = run.Id.ToString() });
        claimed.Lease.Run.ShouldBe(await Now(run));
    }

    [Fact]
    public async Task A_claim_of_a_running_run_tells_that_its_worker_never_came_back()
    {
        var first = await AcceptAndClaim();

        var second = (await Store.ClaimAsync(first.Run.Id, first.Run.TenantId)).ShouldBeOfType<ClaimResult.Claimed>();

        second.WasRunning.ShouldBeTrue();
        second.Lease.Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_claim_after_a_failed_attempt_is_no_recovery()
    {
        var first = await AcceptAndClaim();
        await Store.ReturnToPendingAsync(first, "try again");

        (await Store.ClaimAsync(first.Run.Id, first.Run.TenantId)).ShouldBeOfType<ClaimResult.Claimed>().WasRunning.ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_completes_with_its_output()
    {
        var lease = await AcceptAndClaim();
        await Store.ReturnToPendingAsync(lease, "the first attempt's error");
        lease = await Claim(lease.Run);
        Time.Advance(TimeSpan.FromSeconds(3));

        (await Store.CompleteAsync(lease, """{"greeting":"Hello"}""")).ShouldBeTrue();

        (await Now(lease.Run)).ShouldBe(lease.Run with { Status = RunStatus.Completed, Output = """{"greeting":"Hello"}""", Error = null, FailureFingerprint = null, CompletedAt = Time.GetUtcNow() });
    }

    [Fact]
    public async Task A_completed_run_is_left_alone()
    {
        var lease = await AcceptAndClaim();
        await Store.CompleteAsync(lease, "1");
        var completed = await Now(lease.Run);

        (await Store.ClaimAsync(lease.Run.Id, lease.Run.TenantId)).ShouldBeOfType<ClaimResult.AlreadyCompleted>().Run.ShouldBe(completed);
        (await Store.CompleteAsync(lease, "2")).ShouldBeFalse();
        (await Store.ReturnToPendingAsync(lease, "late")).ShouldBeFalse();
        (await Store.FailAsync(lease.Run.Id, lease.Attempt, "late")).ShouldBeFalse();
        (await Store.FailAsync(lease.Run.Id, null, "late")).ShouldBeFalse();
        (await Store.ResetForReplayAsync(await Now(lease.Run))).ShouldBeFalse();

        (await Now(lease.Run)).ShouldBe(completed);
    }

    [Fact]
    public async Task A_cancelled_run_is_left_alone()
    {
        var cancelled = NewRun() with { Status = RunStatus.Cancelled };
        await Store.CreateAsync(cancelled);

        (await Store.ClaimAsync(cancelled.Id, cancelled.TenantId)).ShouldBeOfType<ClaimResult.Cancelled>().Run.ShouldBe(cancelled);
        (await Store.FailAsync(cancelled.Id, null, "late")).ShouldBeFalse();

        (await Now(cancelled)).ShouldBe(cancelled);
    }

    [Fact]
    public async Task An_older_lease_writes_nothing()
    {
        var old = await AcceptAndClaim();
        var newer = await Claim(old.Run);

        (await Store.CompleteAsync(old, "\"zombie\"")).ShouldBeFalse();
        (await Store.ReturnToPendingAsync(old, "zombie")).ShouldBeFalse();
        (await Store.FailAsync(old.Run.Id, old.Attempt, "zombie")).ShouldBeFalse();

        (await Now(old.Run)).ShouldBe(newer.Run);
        (await Store.CompleteAsync(newer, "\"ours\"")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_failed_attempt_leaves_the_run_pending_with_its_error()
    {
        var lease = await AcceptAndClaim();

        (await Store.ReturnToPendingAsync(lease, "the model answered 503")).ShouldBeTrue();

        var run = await Now(lease.Run);
        run.Status.ShouldBe(RunStatus.Pending);
        run.Error.ShouldBe("the model answered 503");
        run.CompletedAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_run_that_nobody_claimed_fails_without_an_attempt()
    {
        var run = await AcceptRun();

        var error = new AttemptError("job stalled more than allowable limit");

        (await Store.FailAsync(run.Id, null, error)).ShouldBeTrue();

        (await Now(run)).ShouldBe(run with { Status = RunStatus.Failed, Error = error.Message, FailureFingerprint = error.Fingerprint, CompletedAt = Time.GetUtcNow() });
    }

    [Fact]
    public async Task A_failed_run_can_be_replayed_and_keeps_its_steps()
    {
        var lease = await AcceptAndClaim();
        await Store.MarkEnqueuedAsync(lease.Run.Id, Time.GetUtcNow());
        await Store.SaveStepAsync(lease, Step("draft"), default);
        await Store.FailAsync(lease.Run.Id, lease.Attempt, "broken");

        (await Store.ResetForReplayAsync(await Now(lease.Run))).ShouldBeTrue();

        (await Now(lease.Run)).ShouldBe(lease.Run with { Status = RunStatus.Pending, StartedAt = null, EnqueuedAt = null });
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().Name.ShouldBe("draft");
        (await Claim(lease.Run)).Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task Of_two_replays_at_once_one_succeeds_however_far_the_other_has_got()
    {
        var lease = await AcceptAndClaim();
        await Store.FailAsync(lease.Run.Id, lease.Attempt, "broken");
        var seenByBoth = await Now(lease.Run);

        (await Store.ResetForReplayAsync(seenByBoth)).ShouldBeTrue();
        (await Store.ResetForReplayAsync(seenByBoth)).ShouldBeFalse();
        (await Store.ResetForReplayAsync(await Now(lease.Run))).ShouldBeFalse();
        await Store.MarkEnqueuedAsync(lease.Run.Id, Time.GetUtcNow().AddSeconds(1));
        (await Store.ResetForReplayAsync(seenByBoth)).ShouldBeFalse();
        var again = await Claim(lease.Run);
        await Store.FailAsync(lease.Run.Id, again.Attempt, "broken again");
        (await Store.ResetForReplayAsync(seenByBoth)).ShouldBeFalse();

        (await Now(lease.Run)).Error.ShouldBe("broken again");
    }

    [Fact]
    public async Task A_run_that_one_job_carries_is_another_jobs_only_when_the_first_is_known_to_have_vanished()
    {
        var run = await AcceptRun();
        (await Store.ClaimAsync(run.Id, run.TenantId, "j1")).ShouldBeOfType<ClaimResult.Claimed>().Lease.Run.JobId.ShouldBe("j1");

        (await Store.ClaimAsync(run.Id, run.TenantId, "j2")).ShouldBeOfType<ClaimResult.CarriedByAnother>().JobId.ShouldBe("j1");
        (await Store.ClaimAsync(run.Id, run.TenantId, "j1")).ShouldBeOfType<ClaimResult.Claimed>().WasRunning.ShouldBeTrue();
        (await Store.ClaimAsync(run.Id, run.TenantId, "j2", insteadOf: "j0")).ShouldBeOfType<ClaimResult.CarriedByAnother>();
        (await Store.ClaimAsync(run.Id, run.TenantId, "j2", insteadOf: "j1")).ShouldBeOfType<ClaimResult.Claimed>().Lease.Run.JobId.ShouldBe("j2");
    }

    [Fact]
    public async Task A_run_gets_on_when_the_attempt_before_left_a_step()
    {
        var first = await AcceptAndClaim();
        await Store.SaveStepAsync(first, Step("draft"), default);
        var second = await Claim(first.Run);
        (await Store.GotOnBeforeAsync(second)).ShouldBeTrue();

        (await Store.GotOnBeforeAsync(await Claim(first.Run))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_whose_failure_was_never_recorded_can_be_replayed_and_its_old_attempt_has_lost_it()
    {
        var lease = await AcceptAndClaim();

        (await Store.ResetForReplayAsync(await Now(lease.Run))).ShouldBeTrue();

        (await Now(lease.Run)).Status.ShouldBe(RunStatus.Pending);
        (await Store.CompleteAsync(lease, "1")).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_tenants_run_is_not_found()
    {
        var run = await AcceptRun();

        (await Store.ClaimAsync(run.Id, Guid.NewGuid())).ShouldBeOfType<ClaimResult.NotFound>();

        (await Now(run)).ShouldBe(run);
    }

    [Theory]
    [InlineData(@"a NUL \u0000 within", @"a NUL \uFFFD within")]
    [InlineData(@"half a pair \uD83D of surrogates", @"half a pair \uFFFD of surrogates")]
    [InlineData(@"a whole pair \uD83D\uDE00", @"a whole pair \uD83D\uDE00")]
    public async Task An_error_may_quote_anything(string escapedError, string escapedKept)
    {
        var (error, kept) = (Regex.Unescape(escapedError), Regex.Unescape(escapedKept));
        var lease = await AcceptAndClaim();

        await Store.FailAsync(lease.Run.Id, lease.Attempt, error);

        (await Now(lease.Run)).Error.ShouldBe(kept);
    }

    [Fact]
    public async Task An_error_may_be_long()
    {
        var lease = await AcceptAndClaim();
        var error = new string('x', 1_000_000);

        await Store.FailAsync(lease.Run.Id, lease.Attempt, error);

        (await Now(lease.Run)).Error.ShouldBe(error);
    }

    [Fact]
    public async Task A_run_is_marked_as_enqueued_once()
    {
        var run = await AcceptRun();

        (await Store.MarkEnqueuedAsync(run.Id, Time.GetUtcNow())).ShouldBeTrue();
        (await Store.MarkEnqueuedAsync(run.Id, Time.GetUtcNow().AddHours(1))).ShouldBeFalse();
        (await Store.MarkEnqueuedAsync(Guid.NewGuid(), Time.GetUtcNow())).ShouldBeFalse();

        (await Now(run)).EnqueuedAt.ShouldBe(Time.GetUtcNow());
    }

    [Fact]
    public async Task Of_many_claims_at_once_each_gets_an_attempt_of_its_own()
    {
        var run = await AcceptRun();

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Claim(run)));

        claims.Select(lease => lease.Attempt).Order().ShouldBe(Enumerable.Range(1, 20));
        (await Task.WhenAll(claims.Select(lease => Store.CompleteAsync(lease, "0")))).Count(done => done).ShouldBe(1);
    }

    protected WorkflowStep Step(string name, int position = 1, StepStatus status = StepStatus.Completed, string? output = "1", string? error = null, int attempts = 1) =>
        new(name, position, status, output, error, attempts, Time.GetUtcNow(), Time.GetUtcNow());
}
