using WorkflowAspire.BullMQ;

namespace WorkflowAspire.AdminApi.Queues;

/// <summary>How full a queue is.</summary>
/// <param name="Name">The queue's name.</param>
/// <param name="IsPaused">Whether its workers take nothing.</param>
/// <param name="Counts">Jobs by state, under BullMQ's names of the states.</param>
internal sealed record QueueResponse(string Name, bool IsPaused, IReadOnlyDictionary<string, long> Counts)
{
    public static async Task<QueueResponse> ReadAsync(Queue queue, CancellationToken ct)
    {
        var counts = queue.GetJobCountsAsync(ct);
        var paused = queue.IsPausedAsync(ct);
        return new QueueResponse(queue.Name, await paused, (await counts).ToDictionary(count => count.Key.ToBullName(), count => count.Value));
    }
}

/// <summary>A worker that is connected for a queue.</summary>
internal sealed record WorkerResponse(string Id, string? Name, string Address, double AgeSeconds, double IdleSeconds)
{
    public static WorkerResponse From(WorkerInfo worker) => new(worker.Id, worker.Name, worker.Address, worker.Age.TotalSeconds, worker.Idle.TotalSeconds);
}
