using System.Net.Sockets;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class RetryTests : EngineSpecification
{
    private readonly List<DateTimeOffset> _tries = [];

    private IEnumerable<TimeSpan> Waits => _tries.Zip(_tries.Skip(1), (before, after) => after - before);

    [Fact]
    public async Task A_step_that_fails_is_tried_again()
    {
        var lease = await AcceptAndClaim();

        var output = await Passing(Execute(lease, Failing(times: 2, () => new TransientStepException("503"))));

        output.ShouldBe("\"done\"");
        _tries.Count.ShouldBe(3);
        (await OnlyStep(lease)).ShouldSatisfyAllConditions(step => step.Status.ShouldBe(StepStatus.Completed), step => step.Attempts.ShouldBe(3));
    }

    [Fact]
    public async Task A_step_whose_tries_all_fail_is_recorded_and_tried_again_on_the_next_attempt()
    {
        var lease = await AcceptAndClaim();
        var workflow = Failing(times: 4, () => new TransientStepException("the model is overloaded"));

        var error = await Should.ThrowAsync<TransientStepException>(() => Passing(Execute(lease, workflow)));

        error.Message.ShouldBe("the model is overloaded");
        (await OnlyStep(lease)).ShouldSatisfyAllConditions(
            step => step.Status.ShouldBe(StepStatus.Failed), step => step.Error.ShouldBe("the model is overloaded"), step => step.Attempts.ShouldBe(3), step => step.Output.ShouldBeNull());
        await Passing(Execute(await NextAttempt(lease), workflow));
        (await OnlyStep(lease)).ShouldSatisfyAllConditions(
            step => step.Status.ShouldBe(StepStatus.Completed), step => step.Error.ShouldBeNull(), step => step.Attempts.ShouldBe(5));
    }

    [Fact]
    public async Task An_unrecoverable_error_ends_the_tries()
    {
        var lease = await AcceptAndClaim();

        await Should.ThrowAsync<UnrecoverableError>(() => Execute(lease, Failing(times: 9, () => new UnrecoverableError("no such model"))));

        _tries.Count.ShouldBe(1);
        (await OnlyStep(lease)).Status.ShouldBe(StepStatus.Failed);
    }

    [Fact]
    public async Task Waits_between_tries_grow_up_to_their_bound()
    {
        var options = new StepOptions { Attempts = 8, RetryDelay = TimeSpan.FromSeconds(2), MaxRetryDelay = TimeSpan.FromSeconds(10) };

        await Should.ThrowAsync<TransientStepException>(async () => await Passing(Execute(await AcceptAndClaim(), Failing(times: 9, () => new TransientStepException("503"), options))));

        _tries.Count.ShouldBe(8);
        Waits.ShouldAllBe(wait => wait <= TimeSpan.FromSeconds(10.2));
        Waits.Last().ShouldBeGreaterThan(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Two_runs_that_fail_together_do_not_try_again_together()
    {
        var options = new StepOptions { Attempts = 6, RetryDelay = TimeSpan.FromSeconds(10), MaxRetryDelay = TimeSpan.FromMinutes(5) };
        await Should.ThrowAsync<TransientStepException>(async () => await Passing(Execute(await AcceptAndClaim(), Failing(times: 9, () => new TransientStepException("503"), options))));
        var first = Waits.ToList();
        _tries.Clear();

        await Should.ThrowAsync<TransientStepException>(async () => await Passing(Execute(await AcceptAndClaim(), Failing(times: 9, () => new TransientStepException("503"), options))));

        Waits.ShouldNotBe(first);
    }

    [Theory]
    [InlineData(7, 7)]
    [InlineData(3600, 30)]
    [InlineData(1, 2)]
    [InlineData(0, 2)]
    [InlineData(-5, 2)]
    public async Task An_endpoint_that_asks_for_a_wait_is_given_it_between_the_steps_own_wait_and_its_bound(int asked, int waited)
    {
        var options = new StepOptions { RetryDelay = TimeSpan.FromSeconds(2) };

        await Passing(Execute(await AcceptAndClaim(), Failing(times: 1, () => new TransientStepException("429", TimeSpan.FromSeconds(asked)), options)));

        Waits.ShouldHaveSingleItem().ShouldBe(TimeSpan.FromSeconds(waited), TimeSpan.FromSeconds(0.5));
    }

    [Fact]
    public async Task An_endpoint_that_asks_for_no_wait_is_asked_with_growing_waits_all_the_same()
    {
        var options = new StepOptions { Attempts = 4, RetryDelay = TimeSpan.FromSeconds(2), MaxRetryDelay = TimeSpan.FromSeconds(5) };

        await Passing(Execute(await AcceptAndClaim(), Failing(times: 3, () => new TransientStepException("429", TimeSpan.Zero), options)));

        Waits.Select(wait => (int)Math.Round(wait.TotalSeconds)).ShouldBe([2, 4, 5]);
    }

    [Fact]
    public async Task A_try_that_takes_too_long_is_cut_and_tried_again()
    {
        var lease = await AcceptAndClaim();
        var options = new StepOptions { Timeout = TimeSpan.FromSeconds(5), Attempts = 2 };

        var error = await Should.ThrowAsync<StepTimeoutException>(() => Passing(Execute(lease, context => context.StepAsync("ask", async ct =>
        {
            _tries.Add(Time.GetUtcNow());
            await Task.Delay(Timeout.Infinite, ct);
            return "never";
        }, options))));

        error.Message.ShouldBe("Step 'ask' hit its timeout: a try may take 0:00:05 and was tried 2 times at most.");
        _tries.Count.ShouldBe(2);
        (await OnlyStep(lease)).Error.ShouldBe(error.Message);
    }

    [Fact]
    public async Task An_HTTP_clients_own_timeout_is_a_timeout_too()
    {
        var error = await Should.ThrowAsync<StepTimeoutException>(() => Passing(Execute(
            context => context.StepAsync<string>("ask", _ => throw new TaskCanceledException("The request was canceled", new TimeoutException("100 seconds elapsed."))))));

        error.Message.ShouldContain("timeout");
    }

    [Fact]
    public async Task A_refused_connection_is_named_so()
    {
        using var http = new HttpClient();
        var url = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}/");

        var error = await Should.ThrowAsync<StepConnectionException>(() => Execute(context => context.StepAsync("ask", ct => http.GetStringAsync(url, ct), new StepOptions { Attempts = 1 })));

        error.Message.ShouldContain("connection");
        error.Message.ShouldContain("Step 'ask'");
        error.InnerException.ShouldBeOfType<HttpRequestException>().InnerException.ShouldBeOfType<SocketException>();
    }

    [Fact]
    public async Task A_step_cannot_be_asked_to_do_the_impossible()
    {
        var error = await Should.ThrowAsync<System.ComponentModel.DataAnnotations.ValidationException>(
            () => Execute(context => context.StepAsync("ask", _ => Task.FromResult(""), new StepOptions { Attempts = 0 })));

        error.Message.ShouldContain("Attempts");
    }

    private Func<WorkflowContext, Task<string>> Failing(int times, Func<Exception> error, StepOptions? options = null)
    {
        var failures = 0;
        return context => context.StepAsync("ask", _ =>
        {
            _tries.Add(Time.GetUtcNow());
            return failures++ < times ? throw error() : Task.FromResult("done");
        }, options);
    }
}
