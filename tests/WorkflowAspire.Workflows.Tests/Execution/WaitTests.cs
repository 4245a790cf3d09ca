using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class WaitTests : EngineSpecification
{
    private readonly List<string> _done = [];

    [Fact]
    public async Task A_wait_parks_the_run_until_its_time_and_then_it_goes_on()
    {
        var lease = await AcceptAndClaim();

        (await Park(lease, Waiting)).ShouldBe(Time.GetUtcNow().AddHours(1));
        (await Now(lease.Run)).Status.ShouldBe(RunStatus.Waiting);
        Time.Advance(TimeSpan.FromHours(1));

        (await Execute(await Claim(lease.Run), Waiting)).ShouldBe("\"waited\"");
        _done.ShouldBe(["before", "after"]);
    }

    [Fact]
    public async Task A_run_that_wakes_too_early_waits_for_the_same_time()
    {
        var lease = await AcceptAndClaim();
        var until = await Park(lease, Waiting);
        Time.Advance(TimeSpan.FromMinutes(59));

        (await Park(await Claim(lease.Run), Waiting)).ShouldBe(until);
    }

    [Fact]
    public async Task To_go_on_after_a_wait_is_no_new_attempt()
    {
        var lease = await AcceptAndClaim();
        await Park(lease, Waiting);

        var resumed = await Claim(lease.Run);

        resumed.Run.Attempts.ShouldBe(2);
        resumed.Run.Tries.ShouldBe(1);
    }

    [Fact]
    public async Task A_wait_that_is_over_does_not_park()
    {
        var lease = await AcceptAndClaim();

        await Execute(lease, async context =>
        {
            await context.WaitUntilAsync("yesterday", Time.GetUtcNow().AddDays(-1));
            await context.WaitAsync("nothing", TimeSpan.Zero);
            return "";
        });

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldAllBe(step => step.Kind == OperationKind.Wait && step.Status == StepStatus.Completed);
    }

    [Fact]
    public async Task Code_that_swallows_the_parking_gets_no_further()
    {
        var lease = await AcceptAndClaim();

        var result = await Attempt(lease, async context =>
        {
            try
            {
                await context.WaitAsync("pause", TimeSpan.FromDays(1));
            }
            catch (Exception error) when (error is not null)
            {
                _done.Add("swallowed");
            }

            try
            {
                await context.StepAsync("after", _ => Done("after"));
            }
            catch (OperationCanceledException)
            {
            }

            return "never";
        });

        result.ShouldBeOfType<ExecutionResult.Parked>().Until.ShouldBe(Time.GetUtcNow().AddDays(1));
        _done.ShouldBe(["swallowed"]);
    }

    [Fact]
    public async Task A_wait_longer_than_time_itself_is_possible()
    {
        var lease = await AcceptAndClaim();

        (await Park(lease, async context =>
        {
            await context.WaitAsync("for ever", TimeSpan.MaxValue);
            return "";
        })).ShouldNotBeNull().ShouldBe(DateTimeOffset.MaxValue, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task Another_flow_finishes_before_the_run_is_parked_until_the_first_time_that_is_due()
    {
        var lease = await AcceptAndClaim();

        var until = await Park(lease, async context =>
        {
            await context.ParallelAsync<int>("both", new Dictionary<string, Func<WorkflowContext, Task<int>>>
            {
                ["late"] = async branch => { await branch.WaitAsync("pause", TimeSpan.FromHours(2)); return 1; },
                ["soon"] = async branch => { await branch.WaitAsync("pause", TimeSpan.FromHours(1)); return 1; },
                ["busy"] = async branch =>
                {
                    await branch.StepAsync("first", async _ => { await Task.Yield(); await Done("first"); });
                    await branch.StepAsync("second", async _ => { await Task.Yield(); await Done("second"); });
                    return 1;
                },
            });
            return "";
        });

        until.ShouldBe(Time.GetUtcNow().AddHours(1));
        _done.ShouldBe(["first", "second"]);
    }

    [Fact]
    public async Task A_step_can_not_wait()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Execute(async context =>
        {
            await context.StepAsync("work", _ => context.WaitAsync("pause", TimeSpan.FromDays(1)));
            return "";
        }));

        error.Message.ShouldContain("'work'");
        error.Message.ShouldContain("'pause'");
    }

    private async Task<string> Waiting(WorkflowContext context)
    {
        await context.StepAsync("before", _ => Done("before"));
        await context.WaitAsync("pause", TimeSpan.FromHours(1));
        await context.StepAsync("after", _ => Done("after"));
        return "waited";
    }

    private Task Done(string what)
    {
        lock (_done) _done.Add(what);
        return Task.CompletedTask;
    }
}
