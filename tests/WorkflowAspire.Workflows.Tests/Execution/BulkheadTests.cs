using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class BulkheadTests : PipelineSpecification
{
    private readonly TaskCompletionSource<string> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _started = [];

    [Fact]
    public async Task No_more_steps_than_allowed_call_an_endpoint_at_the_same_time()
    {
        var calls = await Start(4);

        await Eventually.True(() => Calls == 2);
        _answer.SetResult("fine");

        (await Task.WhenAll(calls)).ShouldAllBe(error => error == null);
        Calls.ShouldBe(4);
    }

    [Fact]
    public async Task One_more_than_may_wait_is_refused_and_told_why()
    {
        await Start(4);

        var error = (await Succeed("api.test", StepKind.Llm)).ShouldBeOfType<BulkheadFullException>();

        error.Message.ShouldBe("Endpoint 'api.test' is busy: 2 steps call it and 2 wait; try again later or raise its Bulkhead.");
        _answer.SetResult("fine");
    }

    [Fact]
    public async Task A_step_that_was_refused_is_tried_again()
    {
        var busy = await Start(4);
        var refused = Execute(await AcceptAndClaim(), context => context.StepAsync(
            "call", _ => Task.FromResult("at last"), new StepOptions { Kind = StepKind.Llm, Endpoint = "api.test", Attempts = 2 }));
        await Eventually.True(() => LogOf("will retry").Count == 1);

        _answer.SetResult("fine");
        await Task.WhenAll(busy);

        (await Passing(refused)).ShouldBe("\"at last\"");
    }

    [Fact]
    public async Task Other_endpoints_have_room_of_their_own()
    {
        await Start(4);

        (await Succeed("other.test", StepKind.Llm)).ShouldBeNull();
        _answer.SetResult("fine");
    }

    [Fact]
    public async Task A_run_that_is_told_to_stop_leaves_the_queue()
    {
        await Start(3);
        using var stopping = new CancellationTokenSource();
        var waiting = Call("api.test", _ => _answer.Task, StepKind.Llm, await AcceptAndClaim(), stopping.Token);
        (await Succeed("api.test", StepKind.Llm)).ShouldBeOfType<BulkheadFullException>();

        await stopping.CancelAsync();

        (await waiting).ShouldBeAssignableTo<OperationCanceledException>();
        _answer.SetResult("fine");
        (await Succeed("api.test", StepKind.Llm)).ShouldBeNull();
    }

    [Fact]
    public async Task Refusals_do_not_open_the_circuit()
    {
        await Start(4);
        for (var i = 0; i < 20; i++) (await Succeed("api.test", StepKind.Llm)).ShouldBeOfType<BulkheadFullException>();

        _answer.SetResult("fine");

        await Eventually.True(() => Calls == 4);
        (await Succeed("api.test", StepKind.Llm)).ShouldBeNull();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _answer.TrySetResult("fine");
        await Task.WhenAll(_started);
        await base.DisposeAsync();
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddWorkflows(options => options.Steps.Llm.Bulkhead = new BulkheadOptions { MaxConcurrent = 2, MaxQueued = 2 });
    }

    // One after the other, so that each is where it waits before the next begins.
    private async Task<List<Task<Exception?>>> Start(int count)
    {
        var calls = new List<Task<Exception?>>();
        for (var i = 0; i < count; i++)
        {
            var lease = await AcceptAndClaim();
            calls.Add(Call("api.test", _ => _answer.Task, StepKind.Llm, lease));
        }

        _started.AddRange(calls);
        return calls;
    }
}
