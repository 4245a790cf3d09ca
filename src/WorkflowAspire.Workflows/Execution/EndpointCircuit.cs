using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>One endpoint's bulkhead and circuit breaker, and what its circuit is like now.</summary>
internal sealed partial class EndpointCircuit(string endpoint, TimeProvider time, ILogger logger)
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
                _opening = new Opening(time.GetUtcNow() + opened.BreakDuration, opened.Outcome.Exception?.Message);
                Opened(logger, endpoint, opened.BreakDuration.TotalMilliseconds, opened.Outcome.Exception?.Message);
                return ValueTask.CompletedTask;
            },
            OnHalfOpened = _ =>
            {
                HalfOpened(logger, endpoint);
                return ValueTask.CompletedTask;
            },
            OnClosed = _ =>
            {
                _opening = null;
                Closed(logger, endpoint);
                return ValueTask.CompletedTask;
            },
        });

    public string Endpoint => endpoint;

    /// <summary>The error of a try while the circuit is open; null when one may go through.</summary>
    public CircuitOpenException? Refusal() =>
        _opening is { } opening && opening.Until - time.GetUtcNow() is { Ticks: > 0 } left ? new CircuitOpenException(endpoint, opening.Reason, opening.Until, left) : null;

    /// <summary>The error for what the circuit breaker itself says, also while another try decides.</summary>
    public CircuitOpenException Refusal(BrokenCircuitException broken)
    {
        var left = broken.RetryAfter ?? TimeSpan.Zero;
        return new CircuitOpenException(endpoint, broken.InnerException?.Message ?? _opening?.Reason, time.GetUtcNow() + left, left, broken);
    }

    [LoggerMessage(LogLevel.Warning, "Circuit of endpoint {endpoint} opened for {breakMs} ms: {error}")]
    private static partial void Opened(ILogger logger, string endpoint, double breakMs, string? error);

    [LoggerMessage(LogLevel.Information, "Circuit of endpoint {endpoint} is half open: one step tries it")]
    private static partial void HalfOpened(ILogger logger, string endpoint);

    [LoggerMessage(LogLevel.Information, "Circuit of endpoint {endpoint} closed")]
    private static partial void Closed(ILogger logger, string endpoint);

    private sealed record Opening(DateTimeOffset Until, string? Reason);
}
