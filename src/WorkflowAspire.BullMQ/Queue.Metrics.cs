using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

// What workers have counted.
public sealed partial class Queue
{
    /// <summary>How many jobs completed or failed, minute by minute, where workers count them (<see cref="WorkerOptions.Metrics"/>).</summary>
    /// <param name="type">Completed or failed.</param>
    /// <param name="start">The first data point, 0 for the newest; negative counts from the oldest.</param>
    /// <param name="end">The last data point; -1 for the oldest.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The state is not a finished one.</exception>
    public async Task<QueueMetrics> GetMetricsAsync(JobState type, long start = 0, long end = -1, CancellationToken ct = default)
    {
        if (type is not (JobState.Completed or JobState.Failed))
            throw new ArgumentOutOfRangeException(nameof(type), type, "Only completed and failed jobs are counted.");
        var key = _keys.Of($"metrics:{type.ToBullName()}");
        var database = Database;
        var (meta, data, points) = (database.HashGetAsync(key, ["count", "prevTS", "prevCount"]), database.ListRangeAsync($"{key}:data", start, end), database.ListLengthAsync($"{key}:data"));
        await Task.WhenAll(meta, data, points).WaitAsync(ct).ConfigureAwait(false);
        var counts = await meta.ConfigureAwait(false);
        return new QueueMetrics(JobHash.Number(counts[0]), counts[1].IsNull ? null : AnyForm.Date(JobHash.Number(counts[1])), JobHash.Number(counts[2]),
            [.. (await data.ConfigureAwait(false)).Select(JobHash.Number)], await points.ConfigureAwait(false));
    }
}
