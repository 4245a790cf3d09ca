using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// Letting all jobs of a state be processed.
public sealed partial class Queue
{
    private const int JobsPerMove = 1000;

    /// <summary>Lets all failed or completed jobs be processed again, oldest first.</summary>
    /// <remarks>As in Node's package they wait behind each other whatever their priority, and keep their count of attempts.</remarks>
    /// <param name="state">The state: failed or completed.</param>
    /// <param name="count">How many jobs one script call moves; cancellation comes between two calls.</param>
    /// <param name="timestamp">Only those that finished by then; null for now.</param>
    /// <param name="ct">Ends the moving; what was moved stays so.</param>
    /// <exception cref="ArgumentOutOfRangeException">The state is not a finished one, or the count is not positive.</exception>
    public Task RetryJobsAsync(JobState state = JobState.Failed, int count = JobsPerMove, DateTimeOffset? timestamp = null, CancellationToken ct = default)
    {
        JobOperations.RequireFinished(state);
        // One time for all calls, so that jobs which fail again meanwhile don't go round in circles.
        return TracedAsync("retryJobs", activity =>
        {
            activity?.SetTag(TelemetryAttributes.QueueOptions, string.Create(CultureInfo.InvariantCulture, $$"""{"count":{{count}},"state":"{{state.ToBullName()}}"}"""));
            return MoveToWaitAsync(state, count, (timestamp ?? _time.GetUtcNow()).ToUnixTimeMilliseconds(), ct);
        }, ActivityKind.Producer);
    }

    /// <summary>Makes all delayed jobs available now.</summary>
    /// <remarks>As in Node's package they wait behind each other whatever their priority, and keep the delay that they had.</remarks>
    /// <param name="count">How many jobs one script call moves; cancellation comes between two calls.</param>
    /// <param name="ct">Ends the moving; what was moved stays so.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is not positive.</exception>
    public Task PromoteJobsAsync(int count = JobsPerMove, CancellationToken ct = default) => TracedAsync("promoteJobs", activity =>
    {
        activity?.SetTag(TelemetryAttributes.QueueOptions, string.Create(CultureInfo.InvariantCulture, $$"""{"count":{{count}}}"""));
        return MoveToWaitAsync(JobState.Delayed, count, "+inf", ct);
    });

    private async Task MoveToWaitAsync(JobState state, int count, RedisValue latest, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        while ((long)await RunAsync(Script.MoveToWait, ct, state.ToBullName(), count, latest).ConfigureAwait(false) >= count)
        {
        }
    }
}
