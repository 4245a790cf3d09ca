using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>
/// One Polly pipeline for each way to try a step and each endpoint: retry with growing, jittered waits around the endpoint's bulkhead and circuit breaker around a timeout per try.
/// </summary>
internal sealed partial class StepPipelines(IOptions<WorkflowOptions> options, WorkflowTelemetry telemetry, TimeProvider time, ILogger<StepPipelines> logger)
{
    /// <summary>How many endpoints are remembered. The one that was called longest ago is forgotten first, its circuit with it.</summary>
    internal const int MostEndpoints = 4096;

    /// <summary>How many of them may be one tenant's, whose definitions can name any.</summary>
    internal const int MostEndpointsOfTenant = 64;

    private const int MostPoliciesOfAnEndpoint = 32;

    private readonly BoundedCache<CalledEndpoint, EndpointPipelines> _endpoints = new(MostEndpoints, called => called.TenantId, MostEndpointsOfTenant);
    private readonly StepEvents _events = new(telemetry);

    /// <summary>Writes a checkpoint: a database that is away for a moment doesn't cost a step that is done.</summary>
    public ResiliencePipeline Checkpoint { get; } = WriteRetry.On(time);

    internal int Endpoints => _endpoints.Count;

    /// <exception cref="ValidationException">An option is outside its range; the message names it.</exception>
    public (StepPolicy Policy, ResiliencePipeline Pipeline) For(StepOptions? own, Guid tenantId)
    {
        if (own is not null) Validator.ValidateObject(own, new ValidationContext(own), validateAllProperties: true);
        var kind = own?.Kind ?? StepKind.Code;
        var policy = StepPolicy.From(own, options.Value.Steps.Of(kind), options.Value.Step);
        var endpoint = _endpoints.GetOrAdd(new CalledEndpoint(kind, own?.Endpoint, own is { PerTenant: true, Endpoint: not null } ? tenantId : null), Open);
        return (policy, endpoint.Policies.GetOrAdd(policy, tried => Build(tried, endpoint)));
    }

    private EndpointPipelines Open(CalledEndpoint called)
    {
        if (called.Endpoint is null) return new EndpointPipelines(called, ResiliencePipeline.Empty);
        var ofKind = options.Value.Steps.Of(called.Kind);
        var builder = _events.Listen(new ResiliencePipelineBuilder { TimeProvider = time }, called);
        return new EndpointPipelines(called, new EndpointCircuit(called, time, logger).AddTo(builder, ofKind).Build());
    }

    private ResiliencePipeline Build(StepPolicy policy, EndpointPipelines called)
    {
        var builder = _events.Listen(new ResiliencePipelineBuilder { TimeProvider = time }, called.Endpoint);
        if (policy.Attempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = policy.Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = policy.RetryDelay,
                MaxDelay = policy.MaxRetryDelay,
                ShouldHandle = static failure => ValueTask.FromResult(IsWorthAnotherTry(failure.Outcome.Exception, failure.Context.CancellationToken)),
                DelayGenerator = failure => ValueTask.FromResult(AskedWait(failure.Outcome.Exception, failure.AttemptNumber, policy)),
                OnRetry = retry =>
                {
                    WillRetry(retry.Context.OperationKey, retry.AttemptNumber + 1, policy.Attempts, retry.RetryDelay.TotalMilliseconds, retry.Outcome.Exception?.Message);
                    return ValueTask.CompletedTask;
                },
            });
        }

        return builder.AddPipeline(called.Shared).AddTimeout(policy.Timeout).Build();
    }

    // A cancellation that isn't the run's own is the step's, for example an HTTP client's timeout.
    private static bool IsWorthAnotherTry(Exception? error, CancellationToken run) =>
        error is not (null or UnrecoverableError or CircuitOpenException) && !run.IsCancellationRequested;

    // The step's own wait is the least: an endpoint that asks for none, or for one that is over, would be asked with all tries at once.
    private static TimeSpan? AskedWait(Exception? error, int attempt, StepPolicy policy)
    {
        if (error is not TransientStepException { RetryAfter: { } asked }) return null;
        var own = Math.Min(policy.RetryDelay.Ticks * Math.Pow(2, attempt), policy.MaxRetryDelay.Ticks);
        return TimeSpan.FromTicks(Math.Clamp(asked.Ticks, (long)own, policy.MaxRetryDelay.Ticks));
    }

    [LoggerMessage(LogLevel.Information, "Step {Step} try {Try}/{Tries} failed, will retry in {DelayMs} ms: {Error}")]
    private partial void WillRetry(string? step, int @try, int tries, double delayMs, string? error);

    /// <summary>What steps share that call the same endpoint, and the pipelines around it.</summary>
    private sealed record EndpointPipelines(CalledEndpoint Endpoint, ResiliencePipeline Shared)
    {
        public BoundedCache<StepPolicy, ResiliencePipeline> Policies { get; } = new(MostPoliciesOfAnEndpoint);
    }
}
