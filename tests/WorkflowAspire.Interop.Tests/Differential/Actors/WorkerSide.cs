using System.Globalization;
using System.Text.Json.Nodes;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests.Differential;

internal partial interface IQueueActor
{
    Task SetGlobalConcurrencyAsync(int concurrency);

    Task RemoveGlobalConcurrencyAsync();

    Task SetGlobalRateLimitAsync(int max, TimeSpan duration);

    Task RemoveGlobalRateLimitAsync();

    Task RateLimitAsync(TimeSpan duration);

    Task RemoveRateLimitKeyAsync();

    /// <summary>How long nothing may be taken: "none", or "some" for a time that is left.</summary>
    Task<string> GetRateLimitTtlAsync(int? maxJobs = null);

    Task<string> IsMaxedAsync();

    Task<string> GetMetricsAsync(JobState type, int start = 0, int end = -1);

    /// <summary>Runs a worker with these options until the condition holds, then closes it.</summary>
    /// <remarks>Where <paramref name="idle"/>, it must wait for the marker by then, which it takes away.</remarks>
    Task ProcessUntilAsync(string how, SideOptions options, Func<IDatabase, string, Task<bool>> until, bool idle = true);

    /// <summary>Takes a job; the id, or null.</summary>
    Task<string?> TakeAsync(string token, SideOptions? options = null);

    /// <summary>Ends the job that was taken: the id of the next one, null, or "refused".</summary>
    Task<string?> CompleteAsync(string id, string result, string token, bool fetchNext = true);

    Task<string?> FailAsync(string id, string message, string token, bool fetchNext = false);

    Task<string?> MoveToDelayedAsync(string id, TimeSpan delay, string token);

    Task<string?> MoveToWaitAsync(string id, string token);

    Task<bool> ExtendLockAsync(string id, string token, TimeSpan duration);

    /// <summary>Whatever a scenario changes in Redis behind the packages' backs; the second argument begins each of the queue's keys.</summary>
    Task TouchAsync(Func<IDatabase, string, Task> touch);
}

/// <summary>Options of a worker that both sides have.</summary>
internal sealed record SideOptions(RateLimiterOptions? Limiter = null, int? MetricsPoints = null, int? MaxStartedAttempts = null, int? Backoff = null, int Concurrency = 1)
{
    public JsonObject OfNode()
    {
        var node = new JsonObject { ["concurrency"] = Concurrency };
        if (Limiter is { } limiter) node["limiter"] = new JsonObject { ["max"] = limiter.Max, ["duration"] = (long)limiter.Duration.TotalMilliseconds };
        if (MetricsPoints is { } points) node["metrics"] = new JsonObject { ["maxDataPoints"] = points };
        if (MaxStartedAttempts is { } most) node["maxStartedAttempts"] = most;
        return node;
    }

    public WorkerOptions OfDotNet() => new()
    {
        Limiter = Limiter,
        Metrics = MetricsPoints is { } points ? new MetricsOptions(points) : null,
        MaxStartedAttempts = MaxStartedAttempts,
        BackoffStrategy = Backoff is { } wait ? (_, _, _, _) => ValueTask.FromResult(TimeSpan.FromMilliseconds(wait)) : null,
        Concurrency = Concurrency,
        DrainDelay = TimeSpan.FromSeconds(1),
    };
}

internal sealed partial class NodeActor
{
    public Task SetGlobalConcurrencyAsync(int concurrency) => _queue.CallAsync("setGlobalConcurrency", concurrency);

    public Task RemoveGlobalConcurrencyAsync() => _queue.CallAsync("removeGlobalConcurrency");

    public Task SetGlobalRateLimitAsync(int max, TimeSpan duration) => _queue.CallAsync("setGlobalRateLimit", max, (long)duration.TotalMilliseconds);

    public Task RemoveGlobalRateLimitAsync() => _queue.CallAsync("removeGlobalRateLimit");

    public Task RateLimitAsync(TimeSpan duration) => _queue.CallAsync("rateLimit", (long)duration.TotalMilliseconds);

    public Task RemoveRateLimitKeyAsync() => _queue.CallAsync("removeRateLimitKey");

    public async Task<string> GetRateLimitTtlAsync(int? maxJobs = null) =>
        (long)(await (maxJobs is { } max ? _queue.CallAsync("getRateLimitTtl", max) : _queue.CallAsync("getRateLimitTtl")))! > 0 ? "some" : "none";

    public async Task<string> IsMaxedAsync() => (bool)(await _queue.CallAsync("isMaxed"))! ? "maxed" : "free";

    public async Task<string> GetMetricsAsync(JobState type, int start = 0, int end = -1)
    {
        var metrics = (await _queue.CallAsync("getMetrics", type.ToBullName(), start, end))!;
        return $"{metrics["meta"]!["count"]} {metrics["meta"]!["prevCount"]} {((long)metrics["meta"]!["prevTS"]! > 0 ? "since" : "never")} [{string.Join(',', metrics["data"]!.AsArray())}] {metrics["count"]}";
    }

    public async Task ProcessUntilAsync(string how, SideOptions options, Func<IDatabase, string, Task<bool>> until, bool idle = true)
    {
        await _queue.StartWorkerOfAsync(how, options.OfNode(), options.Backoff);
        await Eventually.True(() => until(_queue.Database, $"bull:{_queue.Name}:"));
        if (idle) await Idle.WorkerAsync(_queue.Database.Multiplexer, _queue.Name);
        await _queue.CloseWorkerAsync();
    }

    public async Task<string?> TakeAsync(string token, SideOptions? options = null) => (string?)await _queue.RunAsync("take", token, (options ?? new()).OfNode());

    public async Task<string?> CompleteAsync(string id, string result, string token, bool fetchNext = true) =>
        (string?)await _queue.RunAsync("finish", id, "moveToCompleted", JsonNode.Parse(result), token, fetchNext);

    public async Task<string?> FailAsync(string id, string message, string token, bool fetchNext = false) =>
        (string?)await _queue.RunAsync("finish", id, "moveToFailed", message, token, fetchNext);

    public async Task<string?> MoveToDelayedAsync(string id, TimeSpan delay, string token) =>
        (string?)await _queue.RunAsync("finish", id, "moveToDelayed", (long)delay.TotalMilliseconds, token);

    public async Task<string?> MoveToWaitAsync(string id, string token) => (string?)await _queue.RunAsync("finish", id, "moveToWait", token);

    public async Task<bool> ExtendLockAsync(string id, string token, TimeSpan duration) =>
        (int)(await _queue.RunAsync("extendLock", id, token, (long)duration.TotalMilliseconds))! == 1;

    public Task TouchAsync(Func<IDatabase, string, Task> touch) => touch(_queue.Database, $"bull:{_queue.Name}:");
}

internal sealed partial class DotNetActor
{
    private readonly Dictionary<string, Job> _taken = [];

    public Task SetGlobalConcurrencyAsync(int concurrency) => _queue.SetGlobalConcurrencyAsync(concurrency);

    public Task RemoveGlobalConcurrencyAsync() => _queue.RemoveGlobalConcurrencyAsync();

    public Task SetGlobalRateLimitAsync(int max, TimeSpan duration) => _queue.SetGlobalRateLimitAsync(max, duration);

    public Task RemoveGlobalRateLimitAsync() => _queue.RemoveGlobalRateLimitAsync();

    public Task RateLimitAsync(TimeSpan duration) => _queue.RateLimitAsync(duration);

    public Task RemoveRateLimitKeyAsync() => _queue.RemoveRateLimitKeyAsync();

    public async Task<string> GetRateLimitTtlAsync(int? maxJobs = null) => await _queue.GetRateLimitTtlAsync(maxJobs) > TimeSpan.Zero ? "some" : "none";

    public async Task<string> IsMaxedAsync() => await _queue.IsMaxedAsync() ? "maxed" : "free";

    public async Task<string> GetMetricsAsync(JobState type, int start = 0, int end = -1)
    {
        var metrics = await _queue.GetMetricsAsync(type, start, end);
        return string.Create(CultureInfo.InvariantCulture,
            $"{metrics.Count} {metrics.PreviousCount} {(metrics.PreviousTimestamp is null ? "never" : "since")} [{string.Join(',', metrics.Data)}] {metrics.DataPoints}");
    }

    public async Task ProcessUntilAsync(string how, SideOptions options, Func<IDatabase, string, Task<bool>> until, bool idle = true)
    {
        Worker? worker = null;
        worker = new Worker(_queue.Name, (job, ct) => SpecialAsync(how, worker!, job, ct), _redis, options.OfDotNet());
        await worker.StartAsync();
        await Eventually.True(() => until(_redis.GetDatabase(), $"bull:{_queue.Name}:"));
        if (idle) await Idle.WorkerAsync(_redis, _queue.Name);
        await worker.CloseAsync();
    }

    public async Task<string?> TakeAsync(string token, SideOptions? options = null)
    {
        // A worker of its own each time: its jobs go on without it.
        await using var worker = new Worker(_queue.Name, null, _redis, (options ?? new()).OfDotNet());
        return Taken(await worker.GetNextJobAsync(token, block: false));
    }

    public Task<string?> CompleteAsync(string id, string result, string token, bool fetchNext = true) =>
        OutcomeAsync(() => _taken[id].MoveToCompletedAsync(Json.Bytes(result), token, fetchNext));

    public Task<string?> FailAsync(string id, string message, string token, bool fetchNext = false) =>
        OutcomeAsync(() => _taken[id].MoveToFailedAsync(new InvalidOperationException(message), token, fetchNext));

    public Task<string?> MoveToDelayedAsync(string id, TimeSpan delay, string token) => OutcomeAsync(async () =>
    {
        await _taken[id].MoveToDelayedAsync(DateTimeOffset.UtcNow + delay, token);
        return null;
    });

    public Task<string?> MoveToWaitAsync(string id, string token) => OutcomeAsync(async () =>
    {
        await _taken[id].MoveToWaitAsync(token);
        return null;
    });

    public Task<bool> ExtendLockAsync(string id, string token, TimeSpan duration) => _taken[id].ExtendLockAsync(token, duration);

    public Task TouchAsync(Func<IDatabase, string, Task> touch) => touch(_redis.GetDatabase(), $"bull:{_queue.Name}:");

    private static async Task<ReadOnlyMemory<byte>> SpecialAsync(string how, Worker worker, Job job, CancellationToken ct)
    {
        switch (how)
        {
            case "limited":
                await worker.RateLimitAsync(TimeSpan.FromHours(1), ct);
                throw new RateLimitError();
            case "putOff":
                await job.MoveToDelayedAsync(DateTimeOffset.UtcNow + TimeSpan.FromHours(1), ct: ct);
                throw new DelayedError();
            case "putOffOnce" when job.AttemptsStarted == 1:
                await job.MoveToDelayedAsync(DateTimeOffset.UtcNow + TimeSpan.FromMilliseconds(50), ct: ct);
                throw new DelayedError();
            case "putBack" or "putBackOnce" when how == "putBack" || job.AttemptsStarted == 1:
                await job.MoveToWaitAsync(ct: ct);
                throw new WaitingError();
            case "putOffOnce" or "putBackOnce":
                return Json.Bytes("\"ok\"");
            default:
                return Processors.Run(how, job);
        }
    }

    private string? Taken(Job? job)
    {
        if (job is not null) _taken[job.Id] = job;
        return job?.Id;
    }

    private async Task<string?> OutcomeAsync(Func<Task<Job?>> end)
    {
        try
        {
            return Taken(await end());
        }
        catch (InvalidOperationException)
        {
            return "refused";
        }
    }
}
