using System.Text.Json.Nodes;
using CsCheck;
using WorkflowAspire.Interop.Tests.Differential;

namespace WorkflowAspire.Interop.Tests.Properties;

/// <summary>Everything that a sequence may consist of. A new operation is one line: how often it comes, its name, its arguments, what it does.</summary>
internal static class Operations
{
    // Adding and taking.
    private const int AlwaysChosen = 2;

    private static readonly (int, IGen<Operation>)[] Kinds =
    [
        (6, Operation.Of("add", Arguments.Options, (queue, job) => queue.AddAsync("1", job.Options))),
        (4, Operation.Of("take", queue => queue.TakeAsync())),
        (2, Operation.Of("add bulk", Arguments.Options.Array[1, 3].Select(jobs => new Several<ChosenOptions>(jobs)),
            (queue, jobs) => queue.AddBulkAsync([.. jobs.Items.Select(job => ("2", (JobOptions?)job.Options))]))),
        (4, Operation.Of("take and settle", Arguments.Processor, Gen.Bool, TakeAndSettleAsync)),
        (3, Operation.OnHeld("settle and take the next", Arguments.Processor, (queue, which, how) => queue.SettleAsync(which, how, next: true))),
        (2, Operation.OnHeld("settle", Arguments.Processor, (queue, which, how) => queue.SettleAsync(which, how, next: false))),
        (1, Operation.OnHeld("hand back", (queue, which) => queue.HandBackAsync(which))),
        (1, Operation.OnHeld("lose the lock of", (queue, which) => queue.LoseLockAsync(which))),
        (3, Operation.Of("pop the marker", queue => queue.PopMarkerAsync())),
        (1, Operation.Of("check stalled", queue => queue.CheckStalledAsync())),
        (1, Operation.Of("pause", queue => queue.PauseAsync())),
        (1, Operation.Of("resume", queue => queue.ResumeAsync())),
        (2, Operation.Of("remove", Arguments.JobId, (queue, id) => queue.RemoveAsync(id))),
        (2, Operation.Of("retry", Arguments.JobId, (queue, id) => queue.RetryAsync(id))),
        (1, Operation.Of("add flow", Arguments.ChildRule, (queue, rule) => queue.AddFlowAsync(NodeQueue.TwoChildren(rule.Options)))),
        (1, Operation.Of("limit concurrency to", Gen.Int[1, 2], (queue, most) => queue.LimitConcurrencyAsync(most))),
        (1, Operation.Of("drain", queue => queue.CallAsync(new QueueCall(ours => ours.DrainAsync(), "drain")))),
        (1, Operation.Of("drain with delayed jobs", queue => queue.CallAsync(new QueueCall(ours => ours.DrainAsync(delayed: true), "drain", true)))),
        (1, Operation.Of("clean completed jobs", queue => queue.CallAsync(new QueueCall(ours => ours.CleanAsync(TimeSpan.Zero), "clean", 0, 0, "completed")))),
        (1, Operation.Of("clean a failed job", queue => queue.CallAsync(new QueueCall(ours => ours.CleanAsync(TimeSpan.Zero, 1, JobState.Failed), "clean", 0, 1, "failed")))),
        (1, Operation.Of("promote all", queue => queue.CallAsync(new QueueCall(ours => ours.PromoteJobsAsync(), "promoteJobs")))),
        (1, Operation.Of("retry all", queue => queue.CallAsync(new QueueCall(ours => ours.RetryJobsAsync(), "retryJobs")))),
        (1, Operation.Of("remove the deduplication key", queue => queue.RemoveDeduplicationKeyAsync("kind"))),
        (1, OnJob("promote", new(job => job.PromoteAsync(), "promote"))),
        (1, OnJob("put off", new(job => job.ChangeDelayAsync(TimeSpan.FromHours(2)), "changeDelay", 7_200_000))),
        (1, OnJob("prioritize", new(job => job.ChangePriorityAsync(2), "changePriority", new JsonObject { ["priority"] = 2 }))),
        (1, OnJob("no longer prioritize", new(job => job.ChangePriorityAsync(0, lifo: true), "changePriority", new JsonObject { ["priority"] = 0, ["lifo"] = true }))),
        (1, OnJob("give other data to", new(job => job.UpdateDataAsync(Json.Bytes("7")), "updateData", 7))),
        (1, OnJob("tell the progress of", new(job => job.UpdateProgressAsync(50), "updateProgress", 50))),
        (1, OnJob("log a line of", new(job => job.LogAsync("line"), "log", "line"))),
    ];

    /// <summary>Sequences of about half of the kinds, another half each time: rare meetings of two kinds become likely.</summary>
    public static Gen<Operation[]> Sequences { get; } =
        from chosen in Gen.Bool.Array[Kinds.Length]
        from sequence in Gen.Frequency([.. Kinds.Where((kind, i) => chosen[i] || i < AlwaysChosen)]).Array[1, 12]
        select sequence;

    // Node's package has nothing to call where there is no such job.
    private static Gen<Operation> OnJob(string name, JobCall call) => Operation.Of(name, Arguments.JobId, async (queue, id) =>
    {
        if (await queue.Redis.KeyExistsAsync(queue.Key(id))) await queue.CallAsync(id, call);
    });

    private static async Task TakeAndSettleAsync(IQueueActor queue, string how, bool next)
    {
        await queue.TakeAsync();
        if (queue.Held > 0) await queue.SettleAsync(queue.Held - 1, how, next);
    }
}
