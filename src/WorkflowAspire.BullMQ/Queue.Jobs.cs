using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.BullMQ.Protocol;
using WorkflowAspire.BullMQ.Telemetry;

namespace WorkflowAspire.BullMQ;

// What may be done to a job by its id, without reading it first.
public sealed partial class Queue
{
    /// <summary>Gives a job another payload.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="data">The payload: UTF-8 JSON, stored byte for byte.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="JobRefusedException">The queue has no such job.</exception>
    public Task UpdateJobDataAsync(string jobId, ReadOnlyMemory<byte> data, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return _connection.UpdateDataAsync(jobId, data, ct);
    }

    /// <inheritdoc cref="UpdateJobDataAsync(string, ReadOnlyMemory{byte}, CancellationToken)"/>
    /// <param name="jobId">The job.</param>
    /// <param name="data">The payload.</param>
    /// <param name="typeInfo">How the payload is written as JSON.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task UpdateJobDataAsync<T>(string jobId, T data, JsonTypeInfo<T> typeInfo, CancellationToken ct = default) =>
        UpdateJobDataAsync(jobId, JsonSerializer.SerializeToUtf8Bytes(data, typeInfo), ct);

    /// <summary>Tells how far a job is; listeners get the event <c>progress</c>.</summary>
    /// <exception cref="JobRefusedException">The queue has no such job.</exception>
    public Task UpdateJobProgressAsync(string jobId, JobProgress progress, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return TracedAsync("updateJobProgress", activity =>
        {
            activity?.SetTag(TelemetryAttributes.JobId, jobId).SetTag(TelemetryAttributes.JobProgress, Encoding.UTF8.GetString(progress.Json.Span));
            return _connection.UpdateProgressAsync(jobId, progress, ct);
        });
    }

    /// <summary>Forgets how often the workers of a job have vanished: it may stall as often as at first.</summary>
    /// <remarks>For a job that is getting on, or begins anew. Node's package counts over a job's whole life.</remarks>
    /// <returns>Whether any had.</returns>
    public Task<bool> ResetStalledCounterAsync(string jobId, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return Database.HashDeleteAsync(_keys.Of(jobId), "stc").WaitAsync(ct);
    }

    /// <summary>Adds a row to a job's log.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="row">The row.</param>
    /// <param name="keepLogs">How many of the newest rows stay; 0 for all.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>How many rows the job has now.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of rows to keep is negative.</exception>
    /// <exception cref="JobRefusedException">The queue has no such job.</exception>
    public Task<long> AddJobLogAsync(string jobId, string row, int keepLogs = 0, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return _connection.AddLogAsync(jobId, row, keepLogs, ct);
    }

    /// <summary>Rows of a job's log, oldest first; none for a job that is gone.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="start">The first row, from 0; negative counts from the end.</param>
    /// <param name="end">The last row; -1 for the end.</param>
    /// <param name="ascending">False for newest first; positions count from there.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<JobLogs> GetJobLogsAsync(string jobId, int start = 0, int end = -1, bool ascending = true, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(jobId);
        return _connection.GetLogsAsync(jobId, start, end, ascending, ct);
    }
}
