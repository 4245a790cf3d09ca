using System.Data.Common;
using Polly;
using Polly.Retry;

namespace WorkflowAspire.Workflows.Store;

/// <summary>Writes again what must not be lost because the database is away for a moment: the work that it records is done.</summary>
internal static class WriteRetry
{
    /// <summary>Up to five further tries, with waits that begin at 200 ms and double, jittered.</summary>
    public static ResiliencePipeline On(TimeProvider time) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 5,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200),
            ShouldHandle = static write => ValueTask.FromResult(write.Outcome.Exception is DbException { IsTransient: true }),
        })
        .Build();
}
