using System.Data.Common;
using CsCheck;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>Whatever happens to a run, in whatever order, the store says what a model of a few lines says.</summary>
public class LifeCycleProperties : StoreSpecification
{
    private static readonly Gen<Event[]> Lives = Gen.Select(Gen.Enum<What>(), Gen.Int[0, 3], (what, lease) => new Event(what, lease)).Array[1, 25];

    [Fact]
    public async Task A_runs_state_follows_the_model_through_any_life() => await Lives.SampleAsync(
        async life =>
        {
            var run = await AcceptRun();
            var model = new Model();
            var leases = new List<RunLease>();
            foreach (var step in life) await ApplyAsync(step, run, leases, model);
            var now = await Now(run);
            return (now.Status, now.Attempts, now.Parks, now.Output, now.Error) == (model.Status, model.Attempts, model.Parks, model.Output, model.Error);
        },
        iter: 150, threads: 1);

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();

    private async Task ApplyAsync(Event step, WorkflowRun run, List<RunLease> leases, Model model)
    {
        if (step.What == What.Claim)
        {
            var claim = await Store.ClaimAsync(run.Id, run.TenantId);
            (claim is ClaimResult.Claimed { WasRunning: true }).ShouldBe(model.Status == RunStatus.Running);
            (claim is ClaimResult.Claimed).ShouldBe(model.Claim());
            if (claim is ClaimResult.Claimed { Lease: var lease }) leases.Add(lease);
        }
        else if (step.What == What.Replay)
        {
            (await Store.ResetForReplayAsync(await Now(run))).ShouldBe(model.Replay());
        }
        else if (step.What == What.FailWithoutAttempt)
        {
            (await Store.FailAsync(run.Id, null, "gone")).ShouldBe(model.Settle(model.IsUnfinished, RunStatus.Failed, null, "gone"));
        }
        else if (step.What == What.Cancel)
        {
            (await Store.CancelAsync(run.Id)).ShouldBe(model.Settle(model.IsUnfinished, RunStatus.Cancelled, model.Output, model.Error));
        }
        else if (leases.Count > 0)
        {
            // The newest lease or one that was lost long ago.
            var lease = leases[Math.Max(0, leases.Count - 1 - step.Lease)];
            var owns = model.Status == RunStatus.Running && model.Attempts == lease.Attempt;
            (step.What switch
            {
                What.Complete => (await Store.CompleteAsync(lease, "1"), model.Settle(owns, RunStatus.Completed, "1", null)),
                What.Park => (await Store.ParkAsync(lease), model.Settle(owns, RunStatus.Waiting, null, null)),
                What.Return => (await Store.ReturnToPendingAsync(lease, "again"), model.Settle(owns, RunStatus.Pending, null, "again")),
                _ => (await Store.FailAsync(run.Id, lease.Attempt, "broken"), model.Settle(owns, RunStatus.Failed, null, "broken")),
            }).ShouldSatisfyAllConditions(pair => pair.Item1.ShouldBe(pair.Item2));
        }
    }

    private enum What
    {
        Claim,
        Complete,
        Return,
        Fail,
        FailWithoutAttempt,
        Replay,
        Park,
        Cancel,
    }

    private sealed record Event(What What, int Lease);

    private sealed class Model
    {
        private bool _isEnqueued;

        public RunStatus Status { get; private set; } = RunStatus.Pending;

        public int Attempts { get; private set; }

        public int Parks { get; private set; }

        public bool IsUnfinished => Status is RunStatus.Pending or RunStatus.Running or RunStatus.Waiting;

        public string? Output { get; private set; }

        public string? Error { get; private set; }

        public bool Claim()
        {
            if (Status is RunStatus.Completed or RunStatus.Cancelled) return false;
            if (Status == RunStatus.Waiting) Parks++;
            (Status, Attempts, _isEnqueued) = (RunStatus.Running, Attempts + 1, true);
            return true;
        }

        // One that is about to be enqueued is so already.
        public bool Replay()
        {
            if (Status is RunStatus.Completed or RunStatus.Cancelled || (Status == RunStatus.Pending && !_isEnqueued)) return false;
            (Status, Output, Error, _isEnqueued) = (RunStatus.Pending, null, null, false);
            return true;
        }

        public bool Settle(bool may, RunStatus status, string? output, string? error)
        {
            if (may) (Status, Output, Error) = (status, output, error);
            return may;
        }
    }
}
