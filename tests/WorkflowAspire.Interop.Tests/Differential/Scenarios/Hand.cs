namespace WorkflowAspire.Interop.Tests.Differential;

// What only workers that close, or that have lost their job, leave.
internal static partial class Scenarios
{
    private static readonly JobOptions Due = new() { Delay = TimeSpan.FromSeconds(1), Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000) };

    private static Dictionary<string, Func<IQueueActor, Task>> Hand => new()
    {
        ["take and hold"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.TakeAsync();
        },
        ["complete the last job while another is delayed and the worker closes"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2", Later);
            await queue.TakeAsync();
            await queue.SettleAsync(0, "echo", next: false);
        },
        ["complete while a delayed job is due and the worker closes"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.TakeAsync();
            await queue.AddAsync("2", Due);
            await queue.SettleAsync(0, "echo", next: false);
        },
        ["fail the last job of a paused queue while the worker closes"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.TakeAsync();
            await queue.PauseAsync();
            await queue.SettleAsync(0, "fail", next: false);
        },
        ["hand back"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2");
            await queue.TakeAsync();
            await queue.HandBackAsync(0);
        },
        ["retry a job whose lock is lost while a delayed one is due"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await queue.TakeAsync();
            await queue.AddAsync("2", Due);
            await queue.LoseLockAsync(0);
            await RefusedAsync(() => queue.SettleAsync(0, "fail", next: false));
        },
        ["complete a job that became a child while it was active"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { JobId = "a" });
            await queue.TakeAsync();
            await queue.AddFlowAsync(Parent(Child("a")));
            await queue.SettleAsync(0, "echo", next: true);
        },
        ["complete a job whose child completed while it was active"] = async queue =>
        {
            await TakeParentAsync(queue);
            await queue.TakeAsync();
            await queue.SettleAsync(1, "echo", next: false);
            await queue.SettleAsync(0, "echo", next: true);
        },
        ["complete a job that got a child while it was active"] = async queue =>
        {
            await TakeParentAsync(queue);
            await RefusedAsync(() => queue.SettleAsync(0, "echo", next: false));
        },
        ["complete a job whose child failed it while it was active"] = async queue =>
        {
            await TakeParentAsync(queue);
            await queue.TakeAsync();
            await queue.SettleAsync(1, "fail", next: false);
            await RefusedAsync(() => queue.SettleAsync(0, "echo", next: false));
        },
        ["recover a stalled job"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.TakeAsync();
            await queue.LoseLockAsync(0);
            for (var checks = 0; checks < 2; checks++) await queue.CheckStalledAsync();
        },
        ["fail a job that stalled too often"] = async queue =>
        {
            await queue.AddAsync("1");
            for (var stalls = 0; stalls < 2; stalls++)
            {
                await queue.TakeAsync();
                await queue.LoseLockAsync(0);
                for (var checks = 0; checks < 2; checks++) await queue.CheckStalledAsync();
                await RefusedAsync(() => queue.SettleAsync(0, "echo", next: false));
            }

            await queue.TakeAsync();
            // BullMQ 5 fails such a job while it takes it.
            if (queue.Held > 0) await queue.SettleAsync(0, "echo", next: false);
        },
    };

    private static async Task TakeParentAsync(IQueueActor queue)
    {
        await queue.AddAsync("1", new JobOptions { JobId = "parent" });
        await queue.TakeAsync();
        await queue.AddChildAsync("", "", "parent", new JobOptions { JobId = "child", FailParentOnFailure = true });
    }

    // Node's package throws, ours logs.
    private static async Task RefusedAsync(Func<Task> refused)
    {
        try
        {
            await refused();
        }
        catch (InvalidOperationException)
        {
        }
    }
}
