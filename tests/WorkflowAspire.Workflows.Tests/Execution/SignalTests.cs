using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class SignalTests : EngineSpecification
{
    [Fact]
    public async Task A_signal_that_was_sent_before_the_run_waits_for_it_is_there()
    {
        var lease = await AcceptAndClaim();
        await Store.SendSignalAsync(lease.Run.Id, "approved", "\"by Ada\"");

        (await Execute(lease, context => context.WaitForSignalAsync<string>("approved"))).ShouldBe("\"by Ada\"");
    }

    [Fact]
    public async Task A_run_waits_without_end_for_a_signal_and_goes_on_with_it()
    {
        var lease = await AcceptAndClaim();
        (await Park(lease, Approval())).ShouldBeNull();
        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeFalse();

        await Store.SendSignalAsync(lease.Run.Id, "rejected", null);
        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeFalse();
        await Store.SendSignalAsync(lease.Run.Id, "approved", "\"by Ada\"");

        (await Store.CanGoOnAsync(lease.Run.Id)).ShouldBeTrue();
        (await Store.ListOversleptAsync(10)).Select(run => run.Id).ShouldBe([lease.Run.Id]);
        (await Execute(await Claim(lease.Run), Approval())).ShouldBe("\"by Ada\"");
    }

    [Fact]
    public async Task Signals_of_one_name_are_taken_in_the_order_in_which_they_came_and_each_once()
    {
        var lease = await AcceptAndClaim();
        foreach (var n in new[] { 1, 2, 3 })
        {
            await Store.SendSignalAsync(lease.Run.Id, "next", $"{n}");
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        async Task<string> Workflow(WorkflowContext context) => string.Join(' ', await context.ForEachAsync("each", [0, 1, 2], 1, (item, _, _) => item.WaitForSignalAsync<int>("next")));

        (await Execute(lease, Workflow)).ShouldBe("\"1 2 3\"");
        (await Execute(await NextAttempt(lease), Workflow)).ShouldBe("\"1 2 3\"");
    }

    [Fact]
    public async Task A_signal_that_does_not_come_in_time_is_a_timeout_and_stays_one_where_the_code_went_on()
    {
        var lease = await AcceptAndClaim();
        async Task<string> Workflow(WorkflowContext context)
        {
            try
            {
                return await context.WaitForSignalAsync<string>("approved", TimeSpan.FromHours(1));
            }
            catch (TimeoutException late)
            {
                return await context.StepAsync("give up", _ => Task.FromResult(late.Message));
            }
        }

        (await Park(lease, Workflow)).ShouldBe(Time.GetUtcNow().AddHours(1));
        Time.Advance(TimeSpan.FromHours(1));
        var resumed = await Claim(lease.Run);
        var output = await Execute(resumed, Workflow);
        await Store.SendSignalAsync(lease.Run.Id, "approved", "\"too late\"");

        output.ShouldContain("timeout");
        output.ShouldContain("approved");
        (await Execute(await NextAttempt(resumed), Workflow)).ShouldBe(output);
    }

    [Fact]
    public async Task A_signal_in_time_is_taken_although_the_run_wakes_late()
    {
        var lease = await AcceptAndClaim();
        await Park(lease, Approval(TimeSpan.FromHours(1)));
        await Store.SendSignalAsync(lease.Run.Id, "approved", "\"in time\"");
        Time.Advance(TimeSpan.FromHours(2));

        (await Execute(await Claim(lease.Run), Approval(TimeSpan.FromHours(1)))).ShouldBe("\"in time\"");
    }

    [Fact]
    public async Task An_ended_run_takes_no_signal()
    {
        var lease = await AcceptAndClaim();
        await Store.CompleteAsync(lease, "1");

        (await Store.SendSignalAsync(lease.Run.Id, "approved", null)).ShouldBeFalse();
        (await Store.SendSignalAsync(Guid.NewGuid(), "approved", null)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_signal_that_carries_something_else_is_named()
    {
        var lease = await AcceptAndClaim();
        await Store.SendSignalAsync(lease.Run.Id, "approved", "{}");

        (await Should.ThrowAsync<UnrecoverableError>(() => Execute(lease, Approval()))).Message.ShouldContain("Signal 'approved'");
    }

    private static Func<WorkflowContext, Task<string>> Approval(TimeSpan? timeout = null) => context => context.WaitForSignalAsync<string>("approved", timeout);
}
