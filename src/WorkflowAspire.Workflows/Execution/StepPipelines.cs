using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>One Polly pipeline for each way to try a step: retry with growing, jittered waits around a timeout per try.</summary>
internal sealed partial class StepPipelines(IOptions<WorkflowOptions> options, TimeProvider time, ILogger<StepPipelines> logger)
{
    private readonly ConcurrentDictionary<StepPolicy, ResiliencePipeline> _pipelines = [];

    /// <summary>Writes a checkpoint: a database that is away for a moment doesn't cost a step that is done.</summary>
    public ResiliencePipeline Checkpoint { get; } = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 5,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200),
            ShouldHandle = static write => ValueTask.FromResult(write.Outcome.Exception is DbException { IsTransient: true }),
        })
        .Build();

    /// <exception cref="ValidationException">An option is outside its range; the message names it.</exception>
    public (StepPolicy Policy, ResiliencePipeline Pipeline) For(StepOptions? own)
    {
        if (own is not null) Validator.ValidateObject(own, new ValidationContext(own), validateAllProperties: true);
        var policy = StepPolicy.From(own, options.Value.Step);
        return (policy, _pipelines.GetOrAdd(policy, Build));
    }

    private ResiliencePipeline Build(StepPolicy policy)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
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
                DelayGenerator = failure => ValueTask.FromResult(AskedWait(failure.Outcome.Exception, policy.MaxRetryDelay)),
                OnRetry = retry =>
                {
                    WillRetry(retry.Context.OperationKey, retry.AttemptNumber + 1, policy.Attempts, retry.RetryDelay.TotalMilliseconds, retry.Outcome.Exception?.Message);
                    return ValueTask.CompletedTask;
                },
            });
        }

        return builder.AddTimeout(policy.Timeout).Build();
    }

    // A cancellation that isn't the run's own is the step's, for example an HTTP client's timeout.
    private static bool IsWorthAnotherTry(Exception? error, CancellationToken run) =>
        error is not (null or UnrecoverableError) && !run.IsCancellationRequested;

    private static TimeSpan? AskedWait(Exception? error, TimeSpan longest) =>
        error is TransientStepException { RetryAfter: { } asked } ? TimeSpan.FromTicks(Math.Clamp(asked.Ticks, 0, longest.Ticks)) : null;

    [LoggerMessage(LogLevel.Information, "Step {Step} try {Try}/{Tries} failed, will retry in {DelayMs} ms: {Error}")]
    private partial void WillRetry(string? step, int @try, int tries, double delayMs, string? error);
}
