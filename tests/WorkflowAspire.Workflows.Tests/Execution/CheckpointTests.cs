using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class CheckpointTests : EngineSpecification
{
    [Fact]
    public async Task A_finished_step_is_not_repeated_on_the_next_attempt()
    {
        var lease = await AcceptAndClaim();
        var drafts = 0;
        async Task<string> Workflow(WorkflowContext context)
        {
            var draft = await context.StepAsync("draft", _ => Task.FromResult($"draft {++drafts}"));
            await context.StepAsync("review", _ => context.Attempt == 1 ? throw new UnrecoverableError("no reviewer") : Task.CompletedTask);
            return draft;
        }

        await Should.ThrowAsync<UnrecoverableError>(() => Execute(lease, Workflow));
        var output = await Execute(await NextAttempt(lease), Workflow);

        output.ShouldBe("\"draft 1\"");
        drafts.ShouldBe(1);
    }

    [Fact]
    public async Task A_replayed_run_goes_on_after_its_last_finished_step()
    {
        var lease = await AcceptAndClaim();
        var drafts = 0;
        Task<string> Draft(WorkflowContext context) => context.StepAsync("draft", _ => Task.FromResult($"draft {++drafts}"));
        await Execute(lease, Draft);
        await Store.FailAsync(lease.Run.Id, lease.Attempt, "broken");
        await Store.ResetForReplayAsync(await Now(lease.Run));

        await Execute(await Claim(lease.Run), Draft);

        drafts.ShouldBe(1);
    }

    [Fact]
    public async Task A_step_that_returns_nothing_is_not_repeated_either()
    {
        var lease = await AcceptAndClaim();
        var mails = 0;
        async Task<string> Workflow(WorkflowContext context)
        {
            await context.StepAsync("mail", _ => Task.FromResult(++mails));
            await context.StepAsync("log", _ => Task.CompletedTask);
            return "sent";
        }

        await Execute(lease, Workflow);
        await Execute(await NextAttempt(lease), Workflow);

        mails.ShouldBe(1);
        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => (step.Name, step.Position, step.Output)).ShouldBe([("mail", 1, "1"), ("log", 2, "null")]);
    }

    [Fact]
    public async Task Steps_run_at_the_same_time_and_each_leaves_its_checkpoint()
    {
        var lease = await AcceptAndClaim();
        var meeting = new TaskCompletionSource();
        var arrived = 0;

        var output = await Execute(lease, async context =>
        {
            var numbers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => context.StepAsync($"step {n}", async _ =>
            {
                if (Interlocked.Increment(ref arrived) == 8) meeting.SetResult();
                await meeting.Task;
                return n;
            })));
            return string.Join(' ', numbers);
        });

        output.ShouldBe("\"0 1 2 3 4 5 6 7\"");
        (await Store.ListStepsAsync(lease.Run.Id)).Count.ShouldBe(8);
    }

    [Fact]
    public async Task Two_steps_of_a_run_may_not_share_a_name()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Execute(async context =>
        {
            await context.StepAsync("ask", _ => Task.CompletedTask);
            await context.StepAsync("ask", _ => Task.CompletedTask);
            return "";
        }));

        error.Message.ShouldBe("Workflow 'greet' takes two steps named 'ask'; each step of a run needs a name of its own.");
    }

    [Fact]
    public async Task A_checkpoint_that_no_longer_fits_says_what_to_do()
    {
        var lease = await AcceptAndClaim();
        await Execute(lease, context => context.StepAsync("ask", _ => Task.FromResult("forty-two")));

        var error = await Should.ThrowAsync<UnrecoverableError>(async () =>
            await Execute(await NextAttempt(lease), async context => $"{await context.StepAsync("ask", _ => Task.FromResult(42))}"));

        error.Message.ShouldContain("The checkpoint of step 'ask' can't be read as Int32");
        error.Message.ShouldContain("give the step a new name");
    }

    [Fact]
    public async Task An_output_that_is_no_JSON_is_not_tried_again()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Execute(async context => $"{await context.StepAsync("divide", _ => Task.FromResult(double.NaN))}"));

        error.Message.ShouldContain("Step 'divide'");
        error.Message.ShouldContain("can't be written as JSON");
    }

    [Fact]
    public async Task A_run_that_lost_its_lease_stops_and_saves_nothing()
    {
        var lease = await AcceptAndClaim();
        var reached = false;

        await Should.ThrowAsync<LeaseLostException>(() => Execute(lease, async context =>
        {
            await context.StepAsync("slow", async _ => { await Claim(lease.Run); });
            reached = true;
            return "zombie";
        }));

        reached.ShouldBeFalse();
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopping_worker_abandons_a_step_without_calling_it_failed()
    {
        var lease = await AcceptAndClaim();
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => Execute(lease, context => context.StepAsync("slow", async ct =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, ct);
            return "never";
        }), stop.Token));

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_step_that_finishes_while_the_worker_stops_is_kept_and_the_next_one_does_not_begin()
    {
        var lease = await AcceptAndClaim();
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => Execute(lease, async context =>
        {
            await context.StepAsync("costly", async _ => { await stop.CancelAsync(); });
            return await context.StepAsync("next", _ => Task.FromResult("begun"));
        }, stop.Token));

        (await OnlyStep(lease)).Name.ShouldBe("costly");
    }

    [Fact]
    public async Task Text_in_any_script_survives_a_checkpoint_readable()
    {
        var lease = await AcceptAndClaim();

        await Execute(lease, context => context.StepAsync("write", _ => Task.FromResult("Привет 世界 שלום \0 😀")));

        (await OnlyStep(lease)).Output.ShouldBe("\"Привет 世界 שלום \\u0000 \\uD83D\\uDE00\"");
    }
}
