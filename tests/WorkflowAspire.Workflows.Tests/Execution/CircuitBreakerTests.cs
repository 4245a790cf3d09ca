using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class CircuitBreakerTests : PipelineSpecification
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CodeTimeout = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task An_endpoint_that_keeps_failing_is_left_alone_and_the_error_says_why_and_until_when()
    {
        await Fail("api.test", times: 10);

        var error = (await Succeed("api.test")).ShouldBeOfType<CircuitOpenException>();

        Calls.ShouldBe(10);
        error.Message.ShouldBe("No connection to endpoint 'api.test' is tried until 2026-02-11T12:00:05.000Z: its circuit is open because calls failed, the last with: 503");
        error.ShouldSatisfyAllConditions(
            open => open.Endpoint.ShouldBe("api.test"), open => open.OpenUntil.ShouldBe(Time.GetUtcNow() + Break), open => open.RetryAfter.ShouldBe(Break));
        LogOf("Circuit of").ShouldHaveSingleItem().ShouldBe("Warning: Circuit of endpoint api.test opened for 5000 ms: 503");
    }

    [Fact]
    public async Task A_step_does_not_wait_for_an_open_circuit_itself()
    {
        await Fail("api.test", times: 10);
        var lease = await AcceptAndClaim();
        var before = Time.GetUtcNow();

        await Should.ThrowAsync<CircuitOpenException>(() => Execute(lease, context => context.StepAsync(
            "call", _ => Task.FromResult("fine"), new StepOptions { Kind = StepKind.Http, Endpoint = "api.test", Attempts = 5 })));

        Time.GetUtcNow().ShouldBe(before);
        (await OnlyStep(lease)).Error!.ShouldContain("connection");
    }

    [Fact]
    public async Task Steps_with_options_of_their_own_share_the_circuit_of_their_endpoint()
    {
        await Fail("api.test", times: 10);

        await Should.ThrowAsync<CircuitOpenException>(() => Execute(context => context.StepAsync(
            "other", _ => Task.FromResult("fine"), new StepOptions { Kind = StepKind.Http, Endpoint = "api.test", Timeout = TimeSpan.FromSeconds(7) })));
    }

    [Fact]
    public async Task Other_endpoints_and_steps_without_one_go_on()
    {
        await Fail("api.test", times: 10);

        (await Succeed("other.test")).ShouldBeNull();
        (await Execute(context => context.StepAsync("code", _ => Task.FromResult("fine")))).ShouldBe("\"fine\"");
    }

    [Fact]
    public async Task After_the_break_a_success_closes_the_circuit()
    {
        await Fail("api.test", times: 10);
        Time.Advance(Break);

        (await Succeed("api.test")).ShouldBeNull();

        (await Succeed("api.test")).ShouldBeNull();
        LogOf("Circuit of").ShouldBe(
        [
            "Warning: Circuit of endpoint api.test opened for 5000 ms: 503",
            "Information: Circuit of endpoint api.test is half open: one step tries it",
            "Information: Circuit of endpoint api.test closed",
        ]);
    }

    [Fact]
    public async Task After_the_break_a_failure_opens_the_circuit_again()
    {
        await Fail("api.test", times: 10);
        Time.Advance(Break);

        (await Fail("api.test")).ShouldBeOfType<TransientStepException>();

        (await Succeed("api.test")).ShouldBeOfType<CircuitOpenException>().OpenUntil.ShouldBe(Time.GetUtcNow() + Break);
        Calls.ShouldBe(11);
    }

    [Fact]
    public async Task While_one_step_tries_a_half_open_circuit_the_others_are_refused()
    {
        await Fail("api.test", times: 10);
        Time.Advance(Break);
        var answer = new TaskCompletionSource<string>();
        var probe = Call("api.test", _ => answer.Task);
        await Eventually.True(() => Calls == 11);

        (await Succeed("api.test")).ShouldBeOfType<CircuitOpenException>().Message.ShouldContain("503");

        answer.SetResult("fine");
        (await probe).ShouldBeNull();
    }

    [Fact]
    public async Task What_cannot_succeed_says_nothing_of_the_endpoint()
    {
        for (var i = 0; i < 30; i++) (await Call("api.test", _ => throw new UnrecoverableError("404"))).ShouldBeOfType<UnrecoverableError>();

        (await Succeed("api.test")).ShouldBeNull();
    }

    [Fact]
    public async Task A_try_that_called_nobody_says_nothing_of_the_endpoint()
    {
        for (var i = 0; i < 30; i++) (await Call("api.test", _ => throw new StepPostponedException("no tokens left now"))).ShouldBeOfType<StepPostponedException>();

        (await Succeed("api.test")).ShouldBeNull();
    }

    [Fact]
    public async Task Runs_that_are_told_to_stop_say_nothing_of_the_endpoint()
    {
        for (var i = 0; i < 30; i++)
        {
            using var stopping = new CancellationTokenSource();
            (await Call("api.test", async step =>
            {
                await stopping.CancelAsync();
                step.ThrowIfCancellationRequested();
                return "never";
            }, ct: stopping.Token)).ShouldBeAssignableTo<OperationCanceledException>();
        }

        (await Succeed("api.test")).ShouldBeNull();
    }

    [Fact]
    public async Task Timeouts_open_the_circuit()
    {
        for (var i = 1; i <= 10; i++)
        {
            var call = Call("api.test", Hang, StepKind.Code);
            await Eventually.True(() => Calls == i);
            Time.Advance(CodeTimeout);
            (await call).ShouldBeOfType<StepTimeoutException>();
        }

        (await Succeed("api.test", StepKind.Code)).ShouldBeOfType<CircuitOpenException>().Message.ShouldContain("didn't complete within");
    }

    [Fact]
    public async Task Fewer_calls_than_asked_for_do_not_open_it()
    {
        await Fail("api.test", times: 9);

        (await Succeed("api.test")).ShouldBeNull();
    }

    private static async Task<string> Hang(CancellationToken step)
    {
        await Task.Delay(Timeout.Infinite, step);
        return "never";
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddWorkflows(options => options.Steps.Code = new StepKindOptions
        {
            Timeout = CodeTimeout,
            CircuitBreaker = new CircuitBreakerOptions { SamplingDuration = TimeSpan.FromDays(1), BreakDuration = TimeSpan.FromDays(1) },
        });
    }
}
