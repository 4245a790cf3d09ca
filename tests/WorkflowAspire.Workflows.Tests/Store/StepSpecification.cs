using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Store;

/// <summary>What the store promises about steps, on either database.</summary>
public abstract class StepSpecification : StoreSpecification
{
    [Fact]
    public async Task Of_checkpoints_that_come_together_those_of_an_older_attempt_are_refused()
    {
        var zombie = await AcceptAndClaim();
        var owner = await Claim(zombie.Run);
        WorkflowStep Step(string name) => new(name, 1, StepStatus.Completed, "1", null, 1, Time.GetUtcNow(), Time.GetUtcNow());

        var saves = Enumerable.Range(0, 40).Select(n => Store.SaveStepAsync(n % 2 == 0 ? owner : zombie, Step($"step-{n / 2}"), default)).ToArray();

        await Task.WhenAll(saves).ContinueWith(_ => { }, TaskScheduler.Default);
        saves.Where((_, n) => n % 2 == 0).ShouldAllBe(save => save.IsCompletedSuccessfully);
        saves.Where((_, n) => n % 2 == 1).ShouldAllBe(save => save.Exception!.InnerException is LeaseLostException);
        (await Store.ListStepsAsync(owner.Run.Id)).Count.ShouldBe(20);
    }

    [Fact]
    public async Task Steps_are_listed_in_the_order_in_which_they_began()
    {
        var lease = await AcceptAndClaim();

        await Save(lease, Step("third", 3));
        await Save(lease, Step("first", 1));
        await Save(lease, Step("second", 2, StepStatus.Failed, output: null, error: "refused"));

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldBe([Step("first", 1), Step("second", 2, StepStatus.Failed, output: null, error: "refused"), Step("third", 3)]);
    }

    [Fact]
    public async Task A_step_that_succeeds_at_last_adds_up_its_tries()
    {
        var first = await AcceptAndClaim();
        await Save(first, Step("ask", status: StepStatus.Failed, output: null, error: "503", attempts: 3));
        await Store.ReturnToPendingAsync(first, "503");
        var second = await Claim(first.Run);
        Time.Advance(TimeSpan.FromMinutes(1));

        await Save(second, Step("ask", attempts: 2));

        (await Store.ListStepsAsync(first.Run.Id)).ShouldHaveSingleItem().ShouldBe(Step("ask", attempts: 5));
    }

    [Fact]
    public async Task An_older_attempt_saves_no_step()
    {
        var old = await AcceptAndClaim();
        var newer = await Claim(old.Run);
        await Save(newer, Step("ask", output: "\"ours\""));

        await Should.ThrowAsync<LeaseLostException>(() => Save(old, Step("ask", output: "\"zombie\"")));
        await Should.ThrowAsync<LeaseLostException>(() => Save(old, Step("other")));

        (await Store.ListStepsAsync(old.Run.Id)).ShouldHaveSingleItem().Output.ShouldBe("\"ours\"");
    }

    [Fact]
    public async Task An_ended_run_takes_no_more_steps()
    {
        var lease = await AcceptAndClaim();
        await Store.CompleteAsync(lease, "1");

        await Should.ThrowAsync<LeaseLostException>(() => Save(lease, Step("late")));

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_steps_error_may_quote_anything()
    {
        var lease = await AcceptAndClaim();

        await Save(lease, Step("ask", status: StepStatus.Failed, output: null, error: "\0\uD800"));

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem().Error.ShouldBe("\uFFFD\uFFFD");
    }

    [Fact]
    public async Task Steps_are_saved_at_the_same_time()
    {
        var lease = await AcceptAndClaim();

        await Task.WhenAll(Enumerable.Range(1, 30).Select(n => Save(lease, Step($"step {n}", n))));

        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => step.Position).ShouldBe(Enumerable.Range(1, 30));
    }

    private Task Save(RunLease lease, WorkflowStep step) => Store.SaveStepAsync(lease, step, default);

    private WorkflowStep Step(string name, int position = 1, StepStatus status = StepStatus.Completed, string? output = "1", string? error = null, int attempts = 1) =>
        new(name, position, status, output, error, attempts, Time.GetUtcNow(), Time.GetUtcNow());
}
