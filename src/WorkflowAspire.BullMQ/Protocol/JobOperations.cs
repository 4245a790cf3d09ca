using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>What may be done to one job by its id, for <see cref="Queue"/> and <see cref="Job"/> alike.</summary>
internal static class JobOperations
{
    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public static Task UpdateDataAsync(this QueueConnection connection, string jobId, ReadOnlyMemory<byte> data, CancellationToken ct) =>
        connection.ChangeAsync(Script.UpdateData, jobId, JobState.Unknown, ct, jobId, data);

    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public static Task UpdateProgressAsync(this QueueConnection connection, string jobId, JobProgress progress, CancellationToken ct) =>
        connection.ChangeAsync(Script.UpdateProgress, jobId, JobState.Unknown, ct, jobId, progress.Json);

    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public static Task<long> AddLogAsync(this QueueConnection connection, string jobId, string row, int keepLogs, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentOutOfRangeException.ThrowIfNegative(keepLogs);
        return connection.ChangeAsync(Script.AddLog, jobId, JobState.Unknown, ct, jobId, row, keepLogs);
    }

    public static async Task<JobLogs> GetLogsAsync(this QueueConnection connection, string jobId, int start, int end, bool ascending, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var key = connection.Keys.Job($"{jobId}:logs");
        var count = connection.Database.ListLengthAsync(key);
        // Rows enter on the right: the newest is the last.
        var rows = await (ascending ? connection.Database.ListRangeAsync(key, start, end) : connection.Database.ListRangeAsync(key, -(end + 1), -(start + 1)))
            .WaitAsync(ct).ConfigureAwait(false);
        if (!ascending) Array.Reverse(rows);
        return new JobLogs(Array.ConvertAll(rows, row => row.ToString()), await count.WaitAsync(ct).ConfigureAwait(false));
    }

    /// <returns>False where a worker has the job, or there is none.</returns>
    /// <exception cref="JobRefusedException">A job scheduler waits for the job.</exception>
    public static async Task<bool> RemoveJobAsync(this QueueConnection connection, string jobId, bool removeChildren, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var code = (long)await connection.RunAsync(Script.Remove, jobId, removeChildren ? 1 : 0).WaitAsync(ct).ConfigureAwait(false);
        return code < -1 ? throw connection.Refused(code, jobId) : code == 1;
    }

    public static async Task<RetryResult> RetryJobAsync(
        this QueueConnection connection, string jobId, JobState state, bool lifo, bool resetAttemptsMade, bool resetAttemptsStarted, CancellationToken ct)
    {
        RequireFinished(state);
        ct.ThrowIfCancellationRequested();
        var code = (long)await connection.RunAsync(Script.Reprocess, jobId, state.ToBullName(), resetAttemptsMade ? 1 : 0, lifo ? 1 : 0, resetAttemptsStarted ? 1 : 0)
            .WaitAsync(ct).ConfigureAwait(false);
        return code switch { 1 => RetryResult.Retried, -1 => RetryResult.Missing, _ => RetryResult.NotInState };
    }

    /// <summary>Runs a script that answers with a negative code where it refuses.</summary>
    /// <exception cref="JobRefusedException">The script refuses.</exception>
    public static async Task<long> ChangeAsync(
        this QueueConnection connection, Script script, string jobId, JobState needed, CancellationToken ct, params RedisValue[] arguments)
    {
        ct.ThrowIfCancellationRequested();
        var result = (long)await connection.RunAsync(script, arguments).WaitAsync(ct).ConfigureAwait(false);
        return result < 0 ? throw connection.Refused(result, jobId, needed) : result;
    }

    /// <exception cref="ArgumentOutOfRangeException">The state is not a finished one.</exception>
    public static void RequireFinished(JobState state)
    {
        if (state is not (JobState.Failed or JobState.Completed))
            throw new ArgumentOutOfRangeException(nameof(state), state, "Only failed and completed jobs can be retried.");
    }

    private static JobRefusedException Refused(this QueueConnection connection, long code, string jobId, JobState needed = JobState.Unknown) =>
        JobRefusedException.Of(code, jobId, connection.Keys.Base.TrimEnd(':'), needed);
}
