using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.Redis;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>Finds the jobs that other producers have added for runs, under ids of their own.</summary>
internal sealed class ForeignJobs(IConnectionMultiplexer redis, TimeProvider time)
{
    private const int JobsPerLook = 500;

    private static readonly RedisScript Mentions = RedisScript.Of(typeof(ForeignJobs), "Mentions");
    private static readonly RedisKey Prefix = $"{new QueueOptions().Prefix}:{ExecutionQueue.Name}:";
    private static readonly JobState[] Unfinished = [JobState.Waiting, JobState.Prioritized, JobState.Delayed, JobState.Active, JobState.WaitingChildren];

    private readonly Queue _queue = new(ExecutionQueue.Name, redis, timeProvider: time);

    /// <summary>The jobs of runs that somebody else may have enqueued, by run; a run without a job is left out.</summary>
    public async Task<Dictionary<Guid, string>> FindAsync(IReadOnlyCollection<WorkflowRun> runs, CancellationToken ct)
    {
        var found = new Dictionary<Guid, string>();
        if (runs.Count == 0) return found;
        var tenants = runs.ToDictionary(run => run.Id, run => run.TenantId);
        foreach (var state in Unfinished)
        {
            IReadOnlyList<string> jobs;
            for (var start = 0; found.Count < tenants.Count && (jobs = await _queue.GetRangesAsync([state], start, start + JobsPerLook - 1, ct: ct)).Count > 0; start += JobsPerLook)
                foreach (var (run, job) in await MentionedAsync([.. tenants.Keys.Except(found.Keys)], jobs))
                    if (await CarriesAsync(job, run, tenants[run], ct)) found.TryAdd(run, job);
        }

        return found;
    }

    private async Task<IEnumerable<(Guid Run, string Job)>> MentionedAsync(IReadOnlyCollection<Guid> runs, IReadOnlyList<string> jobs)
    {
        RedisValue[] arguments = [runs.Count, .. runs.Select(run => (RedisValue)run.ToString("D")), .. jobs.Select(job => (RedisValue)job)];
        var found = (string[])(await Mentions.RunAsync(redis.GetDatabase(), [Prefix], arguments))!;
        return found.Chunk(2).Select(pair => (Guid.Parse(pair[0]), pair[1]));
    }

    // An input may name another's run; only the payload's own fields count.
    private async Task<bool> CarriesAsync(string jobId, Guid runId, Guid tenantId, CancellationToken ct)
    {
        if (await _queue.GetJobAsync(jobId, ct) is not { } job) return false;
        var data = JobData.Read(job.Data);
        return Guid.TryParse(data.RunId, out var run) && run == runId && Guid.TryParse(data.TenantId, out var tenant) && tenant == tenantId;
    }
}
