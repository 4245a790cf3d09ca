using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.Redis;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Finds out what has become of jobs, for one look at all of them: it asks little of Redis for each, and reads the lists once.</summary>
internal sealed class JobFates(IDatabase database, Queue execution, Queue deadLetters)
{
    private const string NoReason = "The job failed without a reason.";
    private const int IdsPerPage = 10_000;

    private static readonly RedisScript Places = RedisScript.Of(typeof(JobFates), "Places");
    private static readonly string Prefix = $"{new QueueOptions().Prefix}:{ExecutionQueue.Name}:";
    private static readonly RedisKey[] Keys = [Prefix, .. Array.ConvertAll(["completed", "failed", "delayed", "prioritized", "waiting-children"], part => (RedisKey)(Prefix + part))];

    private HashSet<string>? _listed;

    /// <summary>What has become of each of these jobs.</summary>
    public async Task<JobFate[]> OfAsync(IReadOnlyCollection<string> jobIds, CancellationToken ct)
    {
        if (jobIds.Count == 0) return [];
        var places = (string)(await Places.RunAsync(database, Keys, [.. jobIds.Select(id => (RedisValue)id)]))!;
        return await Task.WhenAll(jobIds.Zip(places, (id, place) => OfAsync(id, place, ct)).ToArray());
    }

    private async Task<JobFate> OfAsync(string jobId, char place, CancellationToken ct) => place switch
    {
        'a' => new JobFate.Alive(),
        'c' => new JobFate.Completed(),
        'f' => new JobFate.Failed((await execution.GetJobAsync(jobId, ct))?.FailedReason ?? NoReason),
        'g' => await deadLetters.GetJobAsync(jobId, ct) is { } letter ? new JobFate.Failed(ReasonOf(letter)) : new JobFate.Gone(),
        _ => (await ListedAsync(ct)).Contains(jobId) || await execution.GetJobStateAsync(jobId, ct) != JobState.Unknown ? new JobFate.Alive() : new JobFate.Stranded(),
    };

    // What moves on while the pages are read is looked up by itself.
    private async Task<HashSet<string>> ListedAsync(CancellationToken ct)
    {
        if (_listed is { } known) return known;
        var listed = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<string> page;
        for (var start = 0; (page = await execution.GetRangesAsync([JobState.Waiting, JobState.Active], start, start + IdsPerPage - 1, ct: ct)).Count > 0; start += IdsPerPage)
            listed.UnionWith(page);
        return _listed = listed;
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
