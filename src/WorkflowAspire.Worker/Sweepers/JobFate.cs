using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>What has become of a run's job.</summary>
internal abstract record JobFate
{
    private JobFate()
    {
    }

    /// <summary>It waits, is delayed or is being processed: the run will go on.</summary>
    public sealed record Alive : JobFate;

    /// <summary>It has failed for good.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Failed(string Reason) : JobFate;

    /// <summary>It is done, whatever the run's row says.</summary>
    public sealed record Completed : JobFate;

    /// <summary>Nobody has it: Redis was emptied, or has evicted or lost it, or somebody removed it.</summary>
    public sealed record Gone : JobFate;
}

/// <summary>Finds out what has become of jobs.</summary>
internal sealed class JobFates(Queue execution, Queue deadLetters)
{
    private const string NoReason = "The job failed without a reason.";

    /// <summary>Looks a job up; calls that are made together share round trips.</summary>
    /// <remarks>It reads the job and not its place in a list, which takes long where many wait.</remarks>
    public async Task<JobFate> OfAsync(string jobId, CancellationToken ct)
    {
        if (await execution.GetJobAsync(jobId, ct) is not { } job)
            return await deadLetters.GetJobAsync(jobId, ct) is { } letter ? new JobFate.Failed(ReasonOf(letter)) : new JobFate.Gone();
        if (job.FinishedOn is null) return new JobFate.Alive();
        return await execution.GetJobStateAsync(jobId, ct) switch
        {
            JobState.Failed => new JobFate.Failed(job.FailedReason ?? NoReason),
            JobState.Completed => new JobFate.Completed(),
            _ => new JobFate.Alive(),
        };
    }

    private static string ReasonOf(Job letter)
    {
        try
        {
            return letter.GetData(WorkflowJsonContext.Default.DeadLetterPayload)?.ErrorMessage ?? NoReason;
        }
        catch (System.Text.Json.JsonException)
        {
            // Other producers' dead letters may have another form.
            return NoReason;
        }
    }
}
