using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Tests.Execution;

/// <summary>Steps that call endpoints which answer as each test says.</summary>
public abstract class PipelineSpecification : EngineSpecification
{
    protected static readonly Guid Tenant = Guid.NewGuid();

    private int _calls;

    protected int Calls => Volatile.Read(ref _calls);

    protected IReadOnlyList<string> LogOf(string part) =>
        [.. Services.GetFakeLogCollector().GetSnapshot().Where(entry => entry.Message.Contains(part, StringComparison.Ordinal)).Select(entry => $"{entry.Level}: {entry.Message}")];

    internal StepPipelines Pipelines => Services.GetRequiredService<StepPipelines>();

    /// <summary>One call without a second try; null where it succeeds, its error where it doesn't.</summary>
    protected async Task<Exception?> Call(string endpoint, Func<CancellationToken, Task<string>> answer, StepKind kind = StepKind.Http, RunLease? lease = null, CancellationToken ct = default)
    {
        lease ??= await Claim(await AcceptRun(Tenant));
        return await Record.ExceptionAsync(() => Execute(lease, context => context.StepAsync("call", step =>
        {
            Interlocked.Increment(ref _calls);
            return answer(step);
        }, new StepOptions { Kind = kind, Endpoint = endpoint, Attempts = 1 }), ct));
    }

    protected Task<Exception?> Fail(string endpoint, StepKind kind = StepKind.Http) => Call(endpoint, _ => throw new TransientStepException("503"), kind);

    protected Task<Exception?> Succeed(string endpoint, StepKind kind = StepKind.Http) => Call(endpoint, _ => Task.FromResult("fine"), kind);

    protected async Task Fail(string endpoint, int times)
    {
        for (var i = 0; i < times; i++) await Fail(endpoint);
    }
}
