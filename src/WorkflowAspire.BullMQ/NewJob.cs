namespace WorkflowAspire.BullMQ;

/// <summary>A job that is to be added.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Data">The payload: UTF-8 JSON, stored byte for byte.</param>
/// <param name="Options">Attempts, delay and so on; null for the queue's defaults.</param>
public sealed record NewJob(string Name, ReadOnlyMemory<byte> Data, JobOptions? Options = null);
