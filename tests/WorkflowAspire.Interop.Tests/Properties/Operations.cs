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
        (1, Operation.Of("add flow", Arguments.ChildRule, (queue, rule) => queue.AddFlowAsync(rule))),
        (1, Operation.Of("limit concurrency to", Gen.Int[1, 2], (queue, most) => queue.LimitConcurrencyAsync(most))),
    ];

    /// <summary>Sequences of about half of the kinds, another half each time: rare meetings of two kinds become likely.</summary>
    public static Gen<Operation[]> Sequences { get; } =
        from chosen in Gen.Bool.Array[Kinds.Length]
        from sequence in Gen.Frequency([.. Kinds.Where((kind, i) => chosen[i] || i < AlwaysChosen)]).Array[1, 12]
        select sequence;

    private static async Task TakeAndSettleAsync(IQueueActor queue, string how, bool next)
    {
        await queue.TakeAsync();
        if (queue.Held > 0) await queue.SettleAsync(queue.Held - 1, how, next);
    }
}
