using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>One endpoint's bulkhead and circuit breaker, and what its circuit is like now.</summary>
internal sealed partial class EndpointCircuit(CalledEndpoint called, TimeProvider time, ILogger logger)
{
    private volatile Opening? _opening;

    /// <summary>Adds, from the outside: refusing while open, the bulkhead, the circuit breaker.</summary>
    public ResiliencePipelineBuilder AddTo(ResiliencePipelineBuilder builder, StepKindOptions options) => builder
        // Before the bulkhead, so that nobody waits in its queue for an endpoint that is left alone.
        .AddStrategy(context => new EndpointRefusals(this, options.Bulkhead, context.Telemetry), new EndpointRefusals.Options { Name = "circuit" })
        .AddRateLimiter(new RateLimiterStrategyOptions
        {
            Name = "bulkhead",
            DefaultRateLimiterOptions = new ConcurrencyLimiterOptions
            {
                PermitLimit = options.Bulkhead.MaxConcurrent,
                QueueLimit = options.Bulkhead.MaxQueued,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            },
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = options.CircuitBreaker.FailureRatio,
            MinimumThroughput = options.CircuitBreaker.MinimumThroughput,
            SamplingDuration = options.CircuitBreaker.SamplingDuration,
            BreakDuration = options.CircuitBreaker.BreakDuration,
            // Who answers that a request makes no sense is there; who was told to stop, or called nobody, says nothing of the endpoint.
            ShouldHandle = static call => ValueTask.FromResult(
                call.Outcome.Exception is not (null or UnrecoverableError or StepPostponedException) && !call.Context.CancellationToken.IsCancellationRequested),
            OnOpened = opened =>
            {
                _opening = new Opening(time.GetUtcNow() + opened.BreakDuration, opened.Outcome.Exception?.Message, CallerOf(opened.Context));
                Opened(logger, called, opened.BreakDuration.TotalMilliseconds, opened.Outcome.Exception?.Message);
                return ValueTask.CompletedTask;
            },
            OnHalfOpened = _ =>
            {
                HalfOpened(logger, called);
                return ValueTask.CompletedTask;
            },
            OnClosed = _ =>
            {
                _opening = null;
                Closed(logger, called);
                return ValueTask.CompletedTask;
            },
        });

    public CalledEndpoint Called => called;

    /// <summary>The error of a try while the circuit is open; null when one may go through.</summary>
    public CircuitOpenException? Refusal(ResilienceContext context) =>
        _opening is { } opening && opening.Until - time.GetUtcNow() is { Ticks: > 0 } left
            ? new CircuitOpenException(called.Endpoint!, ReasonFor(context), opening.Until, left)
            : null;

    /// <summary>The error for what the circuit breaker itself says, also while another try decides.</summary>
    public CircuitOpenException Refusal(BrokenCircuitException broken, ResilienceContext context)
    {
        var left = broken.RetryAfter ?? TimeSpan.Zero;
        // Without its cause, which may be another tenant's error.
        return new CircuitOpenException(called.Endpoint!, ReasonFor(context), time.GetUtcNow() + left, left);
    }

    // An error can quote what its run sent and what it got back: only runs of the same tenant may read it.
    private string ReasonFor(ResilienceContext context) => _opening switch
    {
        null => "unknown",
        { TenantId: { } tenant } opening when tenant == CallerOf(context) => opening.Reason ?? "unknown",
        _ => "an error of another tenant's run",
    };

    private static Guid? CallerOf(ResilienceContext context) => context.Properties.TryGetValue(CalledEndpoint.Caller, out var tenant) ? tenant : null;

    [LoggerMessage(LogLevel.Warning, "Circuit of endpoint {endpoint} opened for {breakMs} ms: {error}")]
    private static partial void Opened(ILogger logger, CalledEndpoint endpoint, double breakMs, string? error);

    [LoggerMessage(LogLevel.Information, "Circuit of endpoint {endpoint} is half open: one step tries it")]
    private static partial void HalfOpened(ILogger logger, CalledEndpoint endpoint);

    [LoggerMessage(LogLevel.Information, "Circuit of endpoint {endpoint} closed")]
    private static partial void Closed(ILogger logger, CalledEndpoint endpoint);

    private sealed record Opening(DateTimeOffset Until, string? Reason, Guid? TenantId);
}
