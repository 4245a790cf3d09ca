namespace WorkflowAspire.BullMQ;

/// <summary>A failed attempt that Redis has recorded.</summary>
/// <param name="Job">The job; its <see cref="Job.AttemptsMade"/> counts this attempt.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="WillRetry">Whether another attempt follows.</param>
/// <param name="RetryDelay">After how long; zero for at once.</param>
/// <param name="DeadLettered">Whether the job is in the dead letter queue now.</param>
public sealed record JobFailure(Job Job, Exception Error, bool WillRetry, TimeSpan RetryDelay, bool DeadLettered);
