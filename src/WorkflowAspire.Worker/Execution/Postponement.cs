using StackExchange.Redis;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Puts a job off without using up one of its attempts.</summary>
internal sealed partial class Postponement(TimeProvider time, ILogger<Postponement> logger)
{
    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Has the job come again at that time. A Redis that is away is waited for: what else could be done with the job needs it too.</summary>
    /// <param name="job">A job that this worker has.</param>
    /// <param name="until">When it is due again.</param>
    /// <param name="ct">The job's own token: the worker stops, or has lost the job.</param>
    /// <exception cref="DelayedError">An answer that was lost had put it off, or another worker has it by now: either way it isn't this worker's any more.</exception>
    public async Task PutOffAsync(Job job, DateTimeOffset until, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await job.MoveToDelayedAsync(until, ct: CancellationToken.None);
                return;
            }
            catch (InvalidOperationException error) when (error is not ObjectDisposedException)
            {
                throw new DelayedError($"Job {job.Id} was not put off: {error.Message}", error);
            }
            catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
            {
                NotYet(logger, error, job.Id);
                await Task.Delay(PauseBetweenTries, time, ct);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "A job could not be put off yet; it is tried again until Redis is back")]
    private static partial void NotYet(ILogger logger, Exception exception, string jobId);
}
