using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Deletes ended runs when they are old enough, a small batch at a time.</summary>
internal sealed partial class Retention(
    RunStore store, IConnectionMultiplexer redis, IOptions<RetentionOptions> options, TimeProvider time, ILogger<Retention> logger)
    : PeriodicSweep(options.Value.Interval, time, logger)
{
    private const int JobsPerBatch = 1000;

    private readonly RetentionOptions _options = options.Value;
    private readonly Queue _execution = new(ExecutionQueue.Name, redis, timeProvider: time);
    private readonly Queue _deadLetters = new(ExecutionQueue.DeadLetterName, redis, timeProvider: time);
    private readonly SweepTurn _turn = new(redis, "retention", options.Value.Interval);

    protected override async Task SweepAsync(CancellationToken ct)
    {
        (RunStatus Status, TimeSpan? After)[] rules =
        [
            (RunStatus.Completed, _options.CompletedAfter), (RunStatus.Failed, _options.FailedAfter), (RunStatus.Cancelled, _options.CancelledAfter),
        ];
        (Queue Queue, JobState State, TimeSpan? After)[] jobRules = [(_execution, JobState.Failed, _options.FailedJobsAfter), (_deadLetters, JobState.Waiting, _options.DeadLettersAfter)];
        if ((rules.All(rule => rule.After is null) && jobRules.All(rule => rule.After is null)) || !await _turn.TakeAsync()) return;
        foreach (var (status, after) in rules)
            if (after is { } age) await DeleteAsync(status, Time.GetUtcNow() - age, ct);
        foreach (var (queue, state, after) in jobRules)
            if (after is { } age) await DeleteJobsAsync(queue, state, age, ct);
        await _turn.EndAsync();
    }

    protected override void Postpone(Exception error) => Postponed(logger, error);

    private async Task DeleteAsync(RunStatus status, DateTimeOffset before, CancellationToken ct)
    {
        var total = 0;
        DeletedRuns? deleted = null;
        do
        {
            deleted = await store.DeleteEndedAsync(status, before, _options.BatchSize, deleted, ct);
            total += deleted.Count;
        }
        while (deleted.Count == _options.BatchSize && await _turn.KeepAsync());
        if (total > 0) Deleted(logger, total, status.ToString().ToLowerInvariant(), before);
    }

    private async Task DeleteJobsAsync(Queue queue, JobState state, TimeSpan age, CancellationToken ct)
    {
        var total = 0;
        int deleted;
        do
        {
            deleted = (await queue.CleanAsync(age, JobsPerBatch, state, ct)).Count;
            total += deleted;
        }
        while (deleted == JobsPerBatch && await _turn.KeepAsync());
        if (total > 0) JobsDeleted(logger, total, queue.Name, Time.GetUtcNow() - age);
    }

    [LoggerMessage(LogLevel.Information, "Deleted old jobs")]
    private static partial void JobsDeleted(ILogger logger, int jobs, string queue, DateTimeOffset olderThan);

    [LoggerMessage(LogLevel.Information, "Deleted old runs")]
    private static partial void Deleted(ILogger logger, int runs, string status, DateTimeOffset endedBefore);

    [LoggerMessage(LogLevel.Warning, "Old runs are deleted at the next look: Redis or the database can't be used")]
    private static partial void Postponed(ILogger logger, Exception exception);
}
