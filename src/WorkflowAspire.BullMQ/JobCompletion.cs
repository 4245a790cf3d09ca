namespace WorkflowAspire.BullMQ;

/// <summary>A completed job that Redis has recorded.</summary>
/// <param name="Job">The job; its <see cref="Job.AttemptsMade"/> counts this attempt.</param>
/// <param name="ReturnValue">What the processor returned: UTF-8 JSON.</param>
public sealed record JobCompletion(Job Job, ReadOnlyMemory<byte> ReturnValue);
