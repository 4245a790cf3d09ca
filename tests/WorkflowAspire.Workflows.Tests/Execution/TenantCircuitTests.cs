using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Execution;

namespace WorkflowAspire.Workflows.Tests.Execution;

/// <summary>What one tenant's calls do to the others': nothing where the endpoint is the tenant's own business, and never a word of its errors.</summary>
public class TenantCircuitTests : PipelineSpecification
{
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public async Task A_tenants_failures_close_an_endpoint_for_that_tenant_alone()
    {
        for (var i = 0; i < 10; i++) await CallOwn(Tenant, () => throw new TransientStepException("429"));

        (await CallOwn(Tenant)).ShouldBeOfType<CircuitOpenException>();
        (await CallOwn(Other)).ShouldBeNull();
    }

    [Fact]
    public async Task A_tenants_calls_take_no_place_of_anothers()
    {
        var answer = new TaskCompletionSource<string>();
        var began = new TaskCompletionSource();
        var busy = CallOwn(
            Tenant,
            () =>
            {
                began.SetResult();
                return answer.Task;
            },
            StepKind.Llm);
        await began.Task;

        (await CallOwn(Tenant, kind: StepKind.Llm)).ShouldBeOfType<BulkheadFullException>();
        (await CallOwn(Other, kind: StepKind.Llm)).ShouldBeNull();

        answer.SetResult("fine");
        (await busy).ShouldBeNull();
    }

    [Fact]
    public async Task Where_a_circuit_is_shared_nobody_reads_the_error_of_anothers_run()
    {
        for (var i = 0; i < 10; i++) await Call("api.test", _ => throw new TransientStepException("no room for Ada's diagnosis"), lease: await Claim(await AcceptRun(Tenant)));

        var others = (await Call("api.test", _ => Task.FromResult("fine"), lease: await Claim(await AcceptRun(Other)))).ShouldBeOfType<CircuitOpenException>();
        var own = (await Call("api.test", _ => Task.FromResult("fine"), lease: await Claim(await AcceptRun(Tenant)))).ShouldBeOfType<CircuitOpenException>();

        others.ToString().ShouldNotContain("diagnosis");
        others.Message.ShouldContain("an error of another tenant's run");
        own.Message.ShouldContain("diagnosis");
    }

    [Fact]
    public async Task While_a_shared_circuit_is_tried_again_nobody_reads_the_error_of_anothers_run()
    {
        for (var i = 0; i < 10; i++) await Call("api.test", _ => throw new TransientStepException("no room for Ada's diagnosis"), lease: await Claim(await AcceptRun(Tenant)));
        Time.Advance(TimeSpan.FromSeconds(5));
        var answer = new TaskCompletionSource<string>();
        var probe = Call("api.test", _ => answer.Task);
        await TestServers.Eventually.True(() => Calls == 11);

        var refused = (await Call("api.test", _ => Task.FromResult("fine"), lease: await Claim(await AcceptRun(Other)))).ShouldBeOfType<CircuitOpenException>();

        refused.ToString().ShouldNotContain("diagnosis");
        answer.SetResult("fine");
        await probe;
    }

    [Fact]
    public void A_tenant_that_calls_ever_new_endpoints_drives_out_its_own_alone()
    {
        var (_, others) = Pipelines.For(Own("api.test"), Other);

        for (var i = 0; i < 3 * StepPipelines.MostEndpointsOfTenant; i++) Pipelines.For(Own($"{i}.test"), Tenant);

        Pipelines.For(Own("api.test"), Other).Pipeline.ShouldBeSameAs(others);
        Pipelines.Endpoints.ShouldBeLessThanOrEqualTo(StepPipelines.MostEndpointsOfTenant + 1);
    }

    [Fact]
    public void However_many_tenants_call_not_more_than_so_many_endpoints_are_remembered()
    {
        for (var i = 0; i < StepPipelines.MostEndpoints + 100; i++) Pipelines.For(Own("api.test"), Guid.NewGuid());

        Pipelines.Endpoints.ShouldBeLessThanOrEqualTo(StepPipelines.MostEndpoints);
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddWorkflows(options => options.Steps.Llm.Bulkhead = new BulkheadOptions { MaxConcurrent = 1, MaxQueued = 0 });
    }

    private static StepOptions Own(string endpoint, StepKind kind = StepKind.Http) => new() { Kind = kind, Endpoint = endpoint, Attempts = 1, PerTenant = true };

    private async Task<Exception?> CallOwn(Guid tenant, Func<Task<string>>? answer = null, StepKind kind = StepKind.Http)
    {
        var lease = await Claim(await AcceptRun(tenant));
        return await Record.ExceptionAsync(() => Execute(lease, context => context.StepAsync("call", _ => answer?.Invoke() ?? Task.FromResult("fine"), Own("api.test", kind))));
    }
}
