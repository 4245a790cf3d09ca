using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class DeadlineTests : EngineSpecification
{
    [Fact]
    public async Task A_run_is_cut_at_its_deadline_and_fails_for_good()
    {
        var lease = await ClaimRunDueIn(TimeSpan.FromMinutes(1));

        var error = await Should.ThrowAsync<RunTimeoutException>(() => Passing(Attempt(lease, context => context.StepAsync("slow", Sleep, new StepOptions { Timeout = TimeSpan.FromMinutes(10) }))));

        error.ShouldBeAssignableTo<UnrecoverableError>();
        error.Message.ShouldContain("timeout");
    }

    [Fact]
    public async Task A_parked_run_sleeps_no_longer_than_to_its_deadline()
    {
        var lease = await ClaimRunDueIn(TimeSpan.FromMinutes(1));
        async Task<string> Workflow(WorkflowContext context)
        {
            await context.WaitAsync("pause", TimeSpan.FromDays(1));
            return "";
        }

        (await Park(lease, Workflow)).ShouldBe(lease.Run.DeadlineAt);
        Time.Advance(TimeSpan.FromMinutes(1));

        await Should.ThrowAsync<RunTimeoutException>(async () => await Attempt(await Claim(lease.Run), Workflow));
    }

    [Fact]
    public async Task A_workflows_own_timeout_becomes_the_deadline_of_its_runs()
    {
        var run = await AcceptRun(workflow: "hasty");
        var lease = await Claim(run);

        (await Engine.ExecuteAsync(lease)).ShouldBeOfType<ExecutionResult.Parked>().Until.ShouldBe(run.CreatedAt.AddMinutes(5));

        (await Now(run)).DeadlineAt.ShouldBe(run.CreatedAt.AddMinutes(5));
    }

    [Fact]
    public async Task A_replayed_run_has_as_much_time_again()
    {
        var lease = await ClaimRunDueIn(TimeSpan.FromMinutes(1));
        Time.Advance(TimeSpan.FromHours(1));
        await Store.FailAsync(lease.Run.Id, lease.Attempt, "timeout");

        await Store.ResetForReplayAsync(await Now(lease.Run));

        (await Now(lease.Run)).DeadlineAt.ShouldBe(Time.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task A_step_that_does_not_heed_its_timeout_is_abandoned()
    {
        var lease = await AcceptAndClaim();
        var never = new TaskCompletionSource<string>();

        var error = await Should.ThrowAsync<StepTimeoutException>(() => Passing(Execute(
            lease, context => context.StepAsync("deaf", _ => never.Task, new StepOptions { Timeout = TimeSpan.FromSeconds(1), Attempts = 1 }))));

        error.Message.ShouldContain("timeout");
        Services.GetFakeLogCollector().GetSnapshot().ShouldContain(record => record.Message == "Step deaf went on after its token was cancelled and is abandoned");
    }

    [Fact]
    public async Task A_step_that_does_not_heed_the_end_of_its_run_is_abandoned()
    {
        var lease = await AcceptAndClaim();
        using var stop = new CancellationTokenSource();
        var never = new TaskCompletionSource<string>();

        await Should.ThrowAsync<OperationCanceledException>(() => Passing(Execute(lease, context => context.StepAsync("deaf", async _ =>
        {
            await stop.CancelAsync();
            return await never.Task;
        }), stop.Token)));

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldBeEmpty();
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddWorkflow<Hasty, Greeting, string>("hasty", timeout: TimeSpan.FromMinutes(5));
    }

    private static async Task<string> Sleep(CancellationToken ct)
    {
        await Task.Delay(Timeout.Infinite, ct);
        return "never";
    }

    private async Task<RunLease> ClaimRunDueIn(TimeSpan timeout)
    {
        var run = NewRun() with { DeadlineAt = Time.GetUtcNow() + timeout };
        await Store.CreateAsync(run);
        return await Claim(run);
    }

    private sealed class Hasty : IWorkflow<Greeting, string>
    {
        public Task<string> RunAsync(Greeting input, WorkflowContext context, CancellationToken cancellationToken) => context.WaitForSignalAsync<string>("never");
    }
}
