using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>What the store promises about runs that wait, on either database.</summary>
public abstract class WaitSpecification : StoreSpecification
{
    [Fact]
    public async Task A_parked_run_is_claimed_again_without_counting_as_another_attempt()
    {
        var lease = await AcceptAndClaim();

        (await Store.ParkAsync(lease)).ShouldBeTrue();
        (await Now(lease.Run)).ShouldSatisfyAllConditions(run => run.Status.ShouldBe(RunStatus.Waiting), run => run.Tries.ShouldBe(1), run => run.JobId.ShouldBe(run.Id.ToString()));
        var claimed = (await Store.ClaimAsync(lease.Run.Id, lease.Run.TenantId)).ShouldBeOfType<ClaimResult.Claimed>();

        claimed.WasRunning.ShouldBeFalse();
        (claimed.Lease.Attempt, claimed.Lease.Run.Tries).ShouldBe((2, 1));
        (await Store.ParkAsync(lease)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_run_waits_for_is_kept()
    {
        var lease = await AcceptAndClaim();
        var step = Waiting("each[0]/approved", OperationKind.Signal) with
        {
            Scope = "each[0]/",
            Follows = "each[0]/draft",
            InFlight = 2,
            Overlapped = 3,
            DueAt = Time.GetUtcNow().AddDays(400),
            WaitsFor = "approved",
        };

        await Store.SaveStepAsync(lease, step, default);
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().ShouldBe(step);
        var ended = step with { Status = StepStatus.Failed, Error = "timeout", ErrorType = "System.TimeoutException, System.Private.CoreLib", Attempts = 1, CompletedAt = Time.GetUtcNow() };
        await Store.SaveStepAsync(lease, ended, default);

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().ShouldBe(ended);
    }

    [Fact]
    public async Task A_parked_run_can_go_on_once_its_signal_is_there()
    {
        var lease = await AcceptAndClaim();
        await Store.SaveStepAsync(lease, Waiting("approved", OperationKind.Signal) with { WaitsFor = "approved" }, default);
        await Store.ParkAsync(lease);
        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeFalse();
        (await Store.ListOversleptAsync(10)).ShouldBeEmpty();

        (await Store.SendSignalAsync(lease.Run.Id, "approved", "1")).ShouldBeTrue();

        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeTrue();
        (await Store.ListOversleptAsync(10)).ShouldHaveSingleItem().Id.ShouldBe(lease.Run.Id);
    }

    [Fact]
    public async Task A_signal_is_taken_once_by_the_operation_that_asked_first_and_again_only_by_the_same()
    {
        var lease = await AcceptAndClaim();
        await Store.SendSignalAsync(lease.Run.Id, "next", "1");
        Time.Advance(TimeSpan.FromSeconds(1));
        await Store.SendSignalAsync(lease.Run.Id, "next", null);

        (await Take(lease, "a")).ShouldBe(["1"]);
        (await Take(lease, "a")).ShouldBe(["1"]);
        (await Take(lease, "b")).ShouldBe([null]);
        (await Take(lease, "c")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_attempt_that_has_lost_the_run_takes_no_signal_and_starts_no_child()
    {
        var old = await AcceptAndClaim();
        await Store.SendSignalAsync(old.Run.Id, "next", "1");
        await Claim(old.Run);

        (await Take(old, "a")).ShouldBeEmpty();
        await Store.AddChildAsync(old, NewRun(old.Run.TenantId), default);

        (await Store.ListChildrenAsync(old.Run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_child_is_added_once_and_its_end_lets_the_parent_go_on()
    {
        var lease = await AcceptAndClaim();
        var child = NewRun(lease.Run.TenantId);
        await Store.AddChildAsync(lease, child, default);
        await Store.AddChildAsync(lease, child with { Input = "\"other\"" }, default);
        await Store.SaveStepAsync(lease, Waiting("child", OperationKind.Child) with { ChildRunId = child.Id }, default);
        await Store.ParkAsync(lease);

        (await Store.ListChildrenAsync(lease.Run.Id)).ShouldHaveSingleItem().ShouldBe(child with { ParentRunId = lease.Run.Id, JobId = child.Id.ToString(), Input = null });
        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeFalse();
        await Store.CancelAsync(child.Id);

        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_child_that_its_parent_began_while_the_tenants_runs_were_cancelled_is_cancelled_too()
    {
        var lease = await AcceptAndClaim();
        var until = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromSeconds(1));
        var child = NewRun(lease.Run.TenantId);
        await Store.AddChildAsync(lease, child, default);
        var later = await AcceptRun(lease.Run.TenantId);

        (await Store.CancelSomeAsync(lease.Run.TenantId, until, 10, default)).ShouldHaveSingleItem().Id.ShouldBe(lease.Run.Id);
        (await Store.CancelSomeAsync(lease.Run.TenantId, until, 10, default)).ShouldHaveSingleItem().Id.ShouldBe(child.Id);
        (await Store.CancelSomeAsync(lease.Run.TenantId, until, 10, default)).ShouldBeEmpty();

        (await Now(later)).Status.ShouldBe(RunStatus.Pending);
    }

    [Fact]
    public async Task A_cancellation_leaves_no_child_that_its_parent_was_just_beginning()
    {
        for (var round = 0; round < 20; round++)
        {
            var lease = await AcceptAndClaim();
            var child = NewRun(lease.Run.TenantId);

            var adding = Task.Run(() => Store.AddChildAsync(lease, child, default));
            await Store.CancelAsync(lease.Run.Id);
            var seen = await Store.ListChildrenAsync(lease.Run.Id);
            await adding;

            (await Store.ListChildrenAsync(lease.Run.Id)).Count.ShouldBe(seen.Count);
        }
    }

    [Fact]
    public async Task A_cancelled_run_takes_nothing_more_from_its_attempt()
    {
        var lease = await AcceptAndClaim();

        (await Store.CancelAsync(lease.Run.Id)).ShouldBeTrue();

        (await Store.CancelAsync(lease.Run.Id)).ShouldBeFalse();
        (await Store.CompleteAsync(lease, "1")).ShouldBeFalse();
        (await Store.ParkAsync(lease)).ShouldBeFalse();
        (await Store.ReturnToPendingAsync(lease, null)).ShouldBeFalse();
        await Should.ThrowAsync<LeaseLostException>(() => Store.SaveStepAsync(lease, Waiting("late", OperationKind.Wait), default));
        (await Now(lease.Run)).ShouldSatisfyAllConditions(run => run.Status.ShouldBe(RunStatus.Cancelled), run => run.CompletedAt.ShouldBe(Time.GetUtcNow()));
    }

    [Fact]
    public async Task An_ended_run_is_not_cancelled()
    {
        var lease = await AcceptAndClaim();
        await Store.CompleteAsync(lease, "1");

        (await Store.CancelAsync(lease.Run.Id)).ShouldBeFalse();
        (await Store.CancelAsync((await AcceptFailedRun()).Id)).ShouldBeFalse();
        (await Store.CancelAsync(Guid.NewGuid())).ShouldBeFalse();
    }

    [Fact]
    public async Task A_deadline_is_set_once_and_moves_only_with_a_replay()
    {
        var lease = await AcceptAndClaim();
        var deadline = lease.Run.CreatedAt.AddMinutes(1);

        await Store.SetDeadlineAsync(lease, deadline, default);
        await Store.SetDeadlineAsync(lease, deadline.AddDays(1), default);
        (await Now(lease.Run)).DeadlineAt.ShouldBe(deadline);
        await Store.FailAsync(lease.Run.Id, lease.Attempt, "timeout");
        Time.Advance(TimeSpan.FromHours(1));
        await Store.ResetForReplayAsync(await Now(lease.Run));

        (await Now(lease.Run)).DeadlineAt.ShouldBe(Time.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task The_order_of_what_began_since_can_be_forgotten()
    {
        var lease = await AcceptAndClaim();
        await Store.SaveStepAsync(lease, Waiting("before", OperationKind.Wait) with { Follows = "" }, default);
        Time.Advance(TimeSpan.FromSeconds(1));
        await Store.SaveStepAsync(lease, Waiting("after", OperationKind.Wait) with { Follows = "before", Position = 2 }, default);

        await Store.ForgetOrderAsync(lease, Time.GetUtcNow(), default);

        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => (step.Name, step.Follows, step.InFlight)).ShouldBe([("before", "", 0), ("after", null, 1)]);
    }

    private Task<List<string?>> Take(RunLease lease, string operation) => Store.TakeSignalAsync(lease, "next", operation, default);

    private WorkflowStep Waiting(string name, OperationKind kind) => new(name, 1, StepStatus.Waiting, null, null, 0, Time.GetUtcNow(), null) { Kind = kind };
}
