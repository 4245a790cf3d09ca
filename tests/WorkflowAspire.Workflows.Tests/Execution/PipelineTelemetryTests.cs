using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class PipelineTelemetryTests : PipelineSpecification
{
    private readonly List<Activity> _activities = [];
    private readonly ActivityListener _listener;
    private MetricCollector<long>? _events;

    public PipelineTelemetryTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkflowTelemetry.SourceName,
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (_activities) _activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    [Fact]
    public async Task Each_retry_and_timeout_is_counted_and_noted_on_the_step()
    {
        var lease = await AcceptAndClaim();
        var tries = 0;

        await Passing(Execute(lease, context => context.StepAsync("call", async step =>
        {
            if (++tries == 1) await Task.Delay(Timeout.Infinite, step);
            return "fine";
        }, new StepOptions { Kind = StepKind.Http, Endpoint = "api.test", Timeout = TimeSpan.FromSeconds(1) })));

        Counted().ShouldBe(["timeout http api.test", "retry http api.test"]);
        NotedOn(lease).ShouldBe(["timeout", "retry"]);
    }

    [Fact]
    public async Task A_circuits_changes_and_refusals_are_counted_and_noted()
    {
        await Fail("api.test", times: 10);
        await Succeed("api.test");
        Time.Advance(TimeSpan.FromSeconds(5));
        await Succeed("api.test");

        Counted().ShouldBe(["circuit-opened http api.test", "circuit-rejected http api.test", "circuit-half-opened http api.test", "circuit-closed http api.test"]);
    }

    [Fact]
    public async Task The_step_that_is_refused_tells_so()
    {
        await Fail("api.test", times: 10);
        var lease = await AcceptAndClaim();

        await Call("api.test", _ => Task.FromResult("fine"), lease: lease);

        NotedOn(lease).ShouldBe(["circuit-rejected", "exception"]);
    }

    [Fact]
    public async Task What_a_tenant_calls_is_in_no_metric()
    {
        var lease = await AcceptAndClaim();

        await Should.ThrowAsync<TransientStepException>(() => Passing(Execute(lease, context => context.StepAsync<string>(
            "call", _ => throw new TransientStepException("503"), new StepOptions { Kind = StepKind.Http, Endpoint = "api.tenant.test", PerTenant = true, Attempts = 2 }))));

        Counted().ShouldBe(["retry http "]);
    }

    [Fact]
    public async Task What_an_endpoint_said_is_in_no_trace()
    {
        var lease = await AcceptAndClaim();

        await Should.ThrowAsync<TransientStepException>(() => Passing(Execute(lease, context => context.StepAsync<string>(
            "call", _ => throw new TransientStepException("Ada's diagnosis"), new StepOptions { Kind = StepKind.Http, Endpoint = "api.test", Attempts = 2 }))));

        var step = StepOf(lease).ShouldHaveSingleItem();
        step.Status.ShouldBe(ActivityStatusCode.Error);
        step.StatusDescription.ShouldBeNull();
        step.Events.SelectMany(noted => noted.Tags).Select(tag => $"{tag.Value}").ShouldAllBe(text => !text.Contains("diagnosis"));
        step.Events.SelectMany(noted => noted.Tags).ShouldContain(new KeyValuePair<string, object?>("exception.type", typeof(TransientStepException).FullName));
    }

    [Fact]
    public async Task A_try_without_a_place_is_counted()
    {
        var answer = new TaskCompletionSource<string>();
        var busy = Call("api.test", _ => answer.Task, StepKind.Llm, await AcceptAndClaim());

        await Succeed("api.test", StepKind.Llm);

        Counted().ShouldBe(["bulkhead-rejected llm api.test"]);
        answer.SetResult("fine");
        (await busy).ShouldBeNull();
    }

    [Fact]
    public async Task A_step_that_succeeds_at_once_is_no_event()
    {
        await Succeed("api.test");

        Counted().ShouldBeEmpty();
    }

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _events = new MetricCollector<long>(Services.GetRequiredService<IMeterFactory>(), WorkflowTelemetry.SourceName, "workflow.step.events");
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _listener.Dispose();
        _events?.Dispose();
        await base.DisposeAsync();
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddWorkflows(options => options.Steps.Llm.Bulkhead = new BulkheadOptions { MaxConcurrent = 1, MaxQueued = 0 });
    }

    private IEnumerable<string> Counted() =>
        _events!.GetMeasurementSnapshot().Select(counted => $"{counted.Tags["event"]} {counted.Tags["kind"]} {counted.Tags["endpoint"]}");

    private string[] NotedOn(Runs.RunLease lease) => [.. StepOf(lease).SelectMany(activity => activity.Events).Select(noted => noted.Name)];

    private Activity[] StepOf(Runs.RunLease lease)
    {
        lock (_activities) return [.. _activities.Where(activity => activity.OperationName == "step call" && Equals(activity.GetTagItem("workflow.run.id"), lease.Run.Id))];
    }
}
