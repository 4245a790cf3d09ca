namespace WorkflowAspire.BullMQ;

/// <summary>How long a job with a backoff type of the program's own waits for its next attempt.</summary>
/// <param name="attemptsMade">How many attempts have ended, the one that just failed included.</param>
/// <param name="type">The type that the job's options name.</param>
/// <param name="error">Why the attempt failed.</param>
/// <param name="job">The job.</param>
/// <returns>The wait; zero for another attempt at once, a negative time (<see cref="Timeout.InfiniteTimeSpan"/>, Node's -1) for none: the job fails.</returns>
/// <remarks>Where it throws, the job fails for good and the log says why.</remarks>
public delegate ValueTask<TimeSpan> BackoffStrategy(int attemptsMade, string type, Exception error, Job job);
