using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// The job's own log, which dashboards show.
public sealed partial class Job
{
    /// <summary>Adds a row to the job's log; of the rows so many stay as the job's option <c>keepLogs</c> says.</summary>
    /// <returns>How many rows the job has now.</returns>
    /// <exception cref="JobRefusedException">The job is gone.</exception>
    public Task<long> LogAsync(string row, CancellationToken ct = default) => _connection.AddLogAsync(Id, row, Options.KeepLogs ?? 0, ct);

    /// <summary>Rows of the job's log, oldest first.</summary>
    /// <param name="start">The first row, from 0; negative counts from the end.</param>
    /// <param name="end">The last row; -1 for the end.</param>
    /// <param name="ascending">False for newest first; positions count from there.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<JobLogs> GetLogsAsync(int start = 0, int end = -1, bool ascending = true, CancellationToken ct = default) =>
        _connection.GetLogsAsync(Id, start, end, ascending, ct);

    /// <summary>Removes the job's log.</summary>
    /// <param name="keepLogs">How many of the newest rows stay.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public Task ClearLogsAsync(int keepLogs = 0, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keepLogs);
        ct.ThrowIfCancellationRequested();
        var key = _connection.Keys.Job($"{Id}:logs");
        return (keepLogs > 0 ? _connection.Database.ListTrimAsync(key, -keepLogs, -1) : _connection.Database.KeyDeleteAsync(key)).WaitAsync(ct);
    }
}
