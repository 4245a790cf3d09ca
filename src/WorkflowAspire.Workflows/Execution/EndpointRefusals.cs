using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Telemetry;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Refuses at once what an open circuit would refuse later, and says in our own errors what bulkhead and circuit breaker refuse.</summary>
internal sealed class EndpointRefusals(EndpointCircuit circuit, BulkheadOptions bulkhead, ResilienceStrategyTelemetry telemetry) : ResilienceStrategy
{
    public const string RejectedEvent = "OnCircuitRejected";

    protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
    {
        if (circuit.Refusal(context) is { } refused) return Rejected<TResult>(context, refused);
        var outcome = await callback(context, state).ConfigureAwait(context.ContinueOnCapturedContext);
        return outcome.Exception switch
        {
            BrokenCircuitException broken => Rejected<TResult>(context, circuit.Refusal(broken, context)),
            RateLimiterRejectedException full => Outcome.FromException<TResult>(new BulkheadFullException(
                $"Endpoint '{circuit.Called.Endpoint}' is busy: {bulkhead.MaxConcurrent} steps call it and {bulkhead.MaxQueued} wait; try again later or raise its Bulkhead.", full)),
            _ => outcome,
        };
    }

    private Outcome<TResult> Rejected<TResult>(ResilienceContext context, CircuitOpenException error)
    {
        var outcome = Outcome.FromException<TResult>(error);
        telemetry.Report(new ResilienceEvent(ResilienceEventSeverity.Warning, RejectedEvent), context, outcome, circuit.Called.Public);
        return outcome;
    }

    internal sealed class Options : ResilienceStrategyOptions;
}
