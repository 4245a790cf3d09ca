using System.Text.Json.Serialization;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Progress;

/// <summary>Writes how far a step is into the progress of its run's job, where BullMQ's listeners and dashboards see it.</summary>
internal sealed partial class JobStepProgress(IConnectionMultiplexer redis, TimeProvider time, ILogger<JobStepProgress> logger) : IStepProgress
{
    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    public async ValueTask ReportAsync(StepProgress progress, CancellationToken ct = default)
    {
        try
        {
            var shown = JobProgress.From(new ShownProgress(progress.Step, progress.Characters), ProgressJson.Default.ShownProgress);
            await _queue.UpdateJobProgressAsync(ExecutionQueue.JobIdOf(progress.RunId), shown, ct);
        }
        catch (Exception error) when (error is JobRefusedException or RedisException or TimeoutException)
        {
            // The job of another producer may have another id; a later report may find Redis again.
            NotShown(logger, error, progress.RunId, progress.Step);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The progress of a step could not be shown")]
    private static partial void NotShown(ILogger logger, Exception exception, Guid runId, string step);

    internal sealed record ShownProgress(string Step, int Characters);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(ShownProgress))]
    internal sealed partial class ProgressJson : JsonSerializerContext;
}
