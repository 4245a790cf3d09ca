using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Execution;

/// <summary>What a run asks for beyond its limits fails it at once, and the message names the setting.</summary>
public class LimitTests : EngineSpecification
{
    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.Configure<RunLimits>(limits =>
        {
            limits.MaxInput = limits.MaxRunOutput = limits.MaxStepOutput = 1000;
            limits.MaxStepOutputs = 2500;
            limits.MaxSteps = 5;
            limits.MaxChildren = limits.MaxSignals = limits.MaxChildDepth = 2;
            limits.MaxUnfinishedRuns = 4;
        });
    }

    [Fact]
    public async Task An_input_that_is_too_large()
    {
        var run = NewRun(Guid.NewGuid(), "greet", $$"""{"name":"{{new string('é', 600)}}"}""");
        await Store.CreateAsync(run);

        (await Should.ThrowAsync<UnrecoverableError>(async () => await Execute(await Claim(run), _ => Task.FromResult("never")))).Message.ShouldContain("RunLimits:MaxInput");
    }

    [Fact]
    public Task A_steps_output_that_is_too_large() => Fails("RunLimits:MaxStepOutput", context => context.StepAsync("big", _ => Task.FromResult(new string('x', 1001))));

    [Fact]
    public Task Outputs_that_together_are_too_large() => Fails("RunLimits:MaxStepOutputs", async context =>
    {
        for (var n = 0; n < 3; n++) await context.StepAsync($"s{n}", _ => Task.FromResult(new string('x', 900)));
        return "";
    });

    [Fact]
    public async Task Outputs_of_earlier_attempts_count_and_count_once()
    {
        var lease = await AcceptAndClaim();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Should.ThrowAsync<InvalidOperationException>(() => Execute(lease, async context =>
            {
                for (var n = 0; n < 2; n++) await context.StepAsync($"s{n}", _ => Task.FromResult(new string('x', 900)));
                throw new InvalidOperationException("again");
            }));
            lease = await NextAttempt(lease);
        }
    }

    [Fact]
    public Task A_runs_output_that_is_too_large() => Fails("RunLimits:MaxRunOutput", _ => Task.FromResult(new string('x', 1001)));

    [Fact]
    public Task Too_many_steps() => Fails("RunLimits:MaxSteps", async context =>
    {
        for (var n = 0; n < 6; n++) await context.StepAsync($"s{n}", _ => Task.FromResult(n));
        return "";
    });

    [Fact]
    public async Task Too_many_children()
    {
        var lease = await AcceptAndClaim();

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Execute(lease, async context =>
        {
            await context.ForEachAsync("each", [0, 1, 2], 3, (inner, item, _) => inner.RunChildAsync<Greeting, string>("child", "greet", new Greeting("x")));
            return "";
        }));

        error.Message.ShouldContain("RunLimits:MaxChildren");
        (await Store.ListChildrenAsync(lease.Run.Id)).Count.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Children_that_start_children_too_deeply()
    {
        var lease = await AcceptAndClaim();
        for (var depth = 0; depth < 2; depth++)
        {
            await Park(lease, Child);
            lease = await Claim((await Store.ListChildrenAsync(lease.Run.Id)).ShouldHaveSingleItem());
        }

        (await Should.ThrowAsync<UnrecoverableError>(() => Execute(lease, Child))).Message.ShouldContain("RunLimits:MaxChildDepth");
    }

    [Fact]
    public async Task A_child_of_a_disabled_definition()
    {
        var lease = await AcceptAndClaim();
        var definitions = Services.GetRequiredService<DefinitionStore>();
        await definitions.SaveAsync(lease.Run.TenantId, "off", "{}");
        (await definitions.SetDisabledAsync(lease.Run.TenantId, "off", isDisabled: true)).ShouldBeTrue();

        (await Should.ThrowAsync<UnrecoverableError>(() => Execute(lease, context => context.RunChildAsync<Greeting, string>("child", "off", new Greeting("x"))))).Message.ShouldContain("disabled");
    }

    [Fact]
    public async Task A_child_beyond_the_tenants_number_of_runs_is_tried_again()
    {
        var lease = await AcceptAndClaim();
        for (var n = 0; n < 4; n++) await Store.CreateAsync(NewRun(lease.Run.TenantId, "greet", "{}"));

        (await Should.ThrowAsync<TransientStepException>(() => Execute(lease, Child))).Message.ShouldContain("RunLimits:MaxUnfinishedRuns");
        await Store.CancelAsync((await Store.ListAsync(new RunFilter(lease.Run.TenantId) { Statuses = [RunStatus.Pending] }, null, 10)).Items[0].Id);
        await Store.CancelAsync((await Store.ListAsync(new RunFilter(lease.Run.TenantId) { Statuses = [RunStatus.Pending] }, null, 10)).Items[0].Id);
        Time.Advance(TimeSpan.FromMinutes(1));

        await Park(await NextAttempt(lease), Child);
    }

    [Fact]
    public async Task Too_many_signals()
    {
        var lease = await AcceptAndClaim();
        for (var n = 0; n < 2; n++) (await Store.SendSignalAsync(lease.Run.Id, "go", "1")).ShouldBeTrue();

        (await Store.SendSignalAsync(lease.Run.Id, "go", "1")).ShouldBeFalse();
    }

    private static Task<string> Child(WorkflowContext context) => context.RunChildAsync<Greeting, string>("child", "greet", new Greeting("x"));

    private async Task Fails(string setting, Func<WorkflowContext, Task<string>> workflow) =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Execute(workflow))).Message.ShouldContain(setting);
}
