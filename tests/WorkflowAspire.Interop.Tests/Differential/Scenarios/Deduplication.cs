namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static Dictionary<string, Func<IQueueActor, Task>> Deduplication => new()
    {
        ["deduplicate waiting jobs"] = queue => AddThrice(queue, Of("kind")),
        ["deduplicate by ids of any form"] = async queue =>
        {
            foreach (var id in new[] { "a:b", "ünï ✓", "{x}", "0", " " }) await AddThrice(queue, Of(id));
        },
        ["deduplicate for a time"] = queue => AddThrice(queue, Of("kind", Hour)),
        ["deduplicate for a time that each job extends"] = queue => AddThrice(queue, Of("kind", Hour, extend: true)),
        ["deduplicate and extend without a time"] = queue => AddThrice(queue, Of("kind", extend: true)),
        ["deduplicate delayed jobs"] = queue => AddThrice(queue, Of("kind") with { Delay = Hour }),
        ["deduplicate prioritized jobs"] = queue => AddThrice(queue, Of("kind") with { Priority = 3 }),
        ["deduplicate jobs in front"] = queue => AddThrice(queue, Of("kind") with { Lifo = true }),
        ["deduplicate in a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await AddThrice(queue, Of("kind"));
        },
        ["deduplicate a custom id"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind") with { JobId = "mine" });
            await queue.AddAsync("2", Of("kind") with { JobId = "mine" });
            await queue.AddAsync("3", Of("kind") with { JobId = "other" });
        },
        ["deduplicate jobs in one call"] = queue => queue.AddBulkAsync(
            ("1", Of("a")), ("2", Of("b") with { Delay = Hour }), ("3", Of("a")), ("4", null), ("5", Of("b", replace: true) with { Priority = 2 }), ("6", Of("a", Hour))),
        ["replace a delayed job"] = queue => AddThrice(queue, Of("kind", replace: true) with { Delay = Hour }),
        ["replace a delayed job and keep its time"] = queue => AddThrice(queue, Of("kind", Hour, replace: true) with { Delay = Hour }),
        ["replace a delayed job and extend its time"] = queue => AddThrice(queue, Of("kind", Hour, extend: true, replace: true) with { Delay = Hour }),
        ["replace a delayed job without a time by one with it"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind") with { Delay = Hour });
            await queue.AddAsync("2", Of("kind", Hour, replace: true) with { Delay = Hour });
        },
        ["replace a delayed job and keep the last"] = queue => AddThrice(queue, Of("kind", Hour, replace: true, keepLast: true) with { Delay = Hour }),
        ["replace a delayed job by jobs of other states"] = async queue =>
        {
            foreach (var (kind, options) in new[] { ("a", new JobOptions()), ("b", new JobOptions { Priority = 3 }), ("c", new JobOptions { Lifo = true }) })
            {
                await queue.AddAsync("1", Of(kind) with { Delay = Hour });
                await queue.AddAsync("2", options with { Deduplication = new DeduplicationOptions(kind) { Replace = true } });
            }
        },
        ["replace a job that waits"] = queue => AddThrice(queue, Of("kind", replace: true)),
        ["a completed job lets the next one in"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind"));
            await queue.ProcessAsync("echo");
            await AddThrice(queue, Of("kind"));
        },
        ["a failed job lets the next one in"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind"));
            await queue.ProcessAsync("fail");
            await AddThrice(queue, Of("kind"));
        },
        ["a completed job keeps others out for its time"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", Hour));
            await queue.ProcessAsync("echo");
            await AddThrice(queue, Of("kind", Hour));
        },
        ["a job that is to be retried keeps others out"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind") with { Attempts = 2, Backoff = BackoffOptions.Fixed(Hour) });
            await queue.ProcessAsync("fail");
            await AddThrice(queue, Of("kind"));
        },
        ["an active job keeps others out"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind"));
            await queue.ProcessWhileAsync("echo", 1, () => AddThrice(queue, Of("kind")));
        },
        ["an active job can't be replaced"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", replace: true));
            await queue.ProcessWhileAsync("echo", 1, () => AddThrice(queue, Of("kind", replace: true)));
        },
        ["keep the last while one waits"] = queue => AddThrice(queue, Of("kind", keepLast: true)),
        ["keep the last while one completes"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.ProcessWhileAsync("echo", 2, () => AddThrice(queue, KeepLast));
        },
        ["keep the last while one fails"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.ProcessWhileAsync("fail", 2, () => AddThrice(queue, KeepLast));
        },
        ["keep the last while one is removed on completion"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast with { RemoveOnComplete = KeepJobs.None });
            await queue.ProcessWhileAsync("echo", 2, () => AddThrice(queue, KeepLast));
        },
        ["keep the last while one is removed on failure"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast with { RemoveOnFail = KeepJobs.None });
            await queue.ProcessWhileAsync("fail", 2, () => AddThrice(queue, KeepLast));
        },
        ["keep the last while one is retried"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast with { Attempts = 2 });
            await queue.ProcessWhileAsync("failOnce", 3, () => AddThrice(queue, KeepLast with { Attempts = 2, RemoveOnFail = KeepJobs.None }));
        },
        ["keep the last for a time"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", Hour, keepLast: true));
            await queue.ProcessWhileAsync("echo", 2, () => AddThrice(queue, Of("kind", Hour, keepLast: true)));
        },
        ["keep the last of jobs whose first has a time"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", Hour));
            await queue.ProcessWhileAsync("echo", 2, () => AddThrice(queue, KeepLast));
        },
        ["keep the last and extend"] = async queue =>
        {
            await AddThrice(queue, Of("kind", Hour, extend: true, keepLast: true));
            await queue.ProcessWhileAsync("echo", 2, () => AddThrice(queue, Of("kind", Hour, extend: true, keepLast: true)));
        },
        ["keep the last and replace"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", replace: true, keepLast: true));
            await queue.ProcessWhileAsync("echo", 2, () => AddThrice(queue, Of("kind", replace: true, keepLast: true)));
        },
        ["keep the last of delayed jobs"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.ProcessWhileAsync("echo", 1, () => AddThrice(queue, KeepLast with { Delay = Hour }));
        },
        ["keep the last of prioritized jobs"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.AddAsync("\"other\"", new JobOptions { JobId = "taken-last", Priority = 9 });
            await queue.ProcessWhileAsync("echo", 3, () => AddThrice(queue, KeepLast with { Priority = 7 }));
        },
        ["keep the last of jobs in front"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.AddAsync("\"other\"", new JobOptions { JobId = "taken-last" });
            await queue.ProcessWhileAsync("echo", 3, () => AddThrice(queue, KeepLast with { Lifo = true }));
        },
        ["keep the last of custom ids"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast with { JobId = "first" });
            await queue.ProcessWhileAsync("echo", 2, async () =>
            {
                await queue.AddAsync("2", KeepLast with { JobId = "second" });
                await queue.AddAsync("3", KeepLast with { JobId = "third" });
                await queue.AddAsync("4", KeepLast with { JobId = "first" });
            });
        },
        ["keep the last with every option"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.ProcessWhileAsync("echo", 2, () => queue.AddAsync("2", EveryOption with { JobId = null, Delay = null, Priority = null, RepeatJobKey = null, Deduplication = KeepLast.Deduplication }));
        },
        ["keep the last of a scheduler's jobs"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.ProcessWhileAsync("echo", 1, () => queue.AddAsync("2", KeepLast with { RepeatJobKey = "nightly", Delay = Hour }));
        },
        ["keep the last while the queue is paused"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.ProcessWhileAsync("echo", 1, async () =>
            {
                await queue.PauseAsync();
                await AddThrice(queue, KeepLast);
            });
        },
        ["keep the last while another id's job is active"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast);
            await queue.ProcessWhileAsync("echo", 3, async () =>
            {
                await AddThrice(queue, Of("other", keepLast: true));
                await AddThrice(queue, KeepLast);
            });
        },
        ["remove what keeps others out"] = async queue =>
        {
            await queue.RemoveAsync(await queue.AddAsync("1", Of("kind")));
            await AddThrice(queue, Of("kind"));
        },
        ["remove what keeps others out for a time"] = async queue =>
        {
            var id = await queue.AddAsync("1", Of("kind", Hour) with { Delay = Hour });
            await queue.RemoveAsync(id);
        },
        ["remove a completed job that keeps others out"] = async queue =>
        {
            var id = await queue.AddAsync("1", Of("kind", Hour));
            await queue.ProcessAsync("echo");
            await queue.RemoveAsync(id);
        },
        ["remove a completed job whose successor keeps others out"] = async queue =>
        {
            var id = await queue.AddAsync("1", Of("kind"));
            await queue.ProcessAsync("echo");
            await queue.AddAsync("2", Of("kind"));
            await queue.RemoveAsync(id);
        },
        ["remove what has a kept successor"] = async queue =>
        {
            var id = await queue.AddAsync("1", KeepLast with { Attempts = 2, Backoff = BackoffOptions.Fixed(Hour) });
            await queue.ProcessWhileAsync("fail", 1, () => AddThrice(queue, KeepLast));
            await queue.RemoveAsync(id);
        },
        ["remove a deduplication key"] = async queue =>
        {
            await AddThrice(queue, Of("kind", Hour));
            await queue.RemoveDeduplicationKeyAsync("kind");
            await AddThrice(queue, Of("kind"));
        },
        ["remove a deduplication key that is not there"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.RemoveDeduplicationKeyAsync("none");
        },
        ["remove a job's own deduplication key"] = async queue =>
        {
            var id = await queue.AddAsync("1", Of("kind"));
            await queue.RemoveOwnDeduplicationKeyAsync(id);
            await queue.AddAsync("2", Of("kind"));
            await queue.RemoveOwnDeduplicationKeyAsync(id);
        },
        ["remove the deduplication key of a job without one"] = async queue => await queue.RemoveOwnDeduplicationKeyAsync(await queue.AddAsync("1")),
    };

    /// <summary>What BullMQ 5 does not know.</summary>
    private static Dictionary<string, Func<IQueueActor, Task>> DeduplicationOf6 => new()
    {
        ["add a flow of one job twice"] = async queue =>
        {
            await queue.AddFlowAsync(Parent() with { Options = Of("kind") with { JobId = "a" } });
            await queue.AddFlowAsync(Parent() with { Options = Of("kind") with { JobId = "b" } });
        },
        ["replace a delayed job by a flow of one job"] = async queue =>
        {
            var replacing = new JobOptions { Deduplication = new DeduplicationOptions("kind") { Ttl = Hour, Replace = true }, Delay = Hour };
            await queue.AddFlowAsync(Parent() with { Options = replacing with { JobId = "a" } });
            await queue.AddFlowAsync(Parent() with { Options = replacing with { JobId = "b" } });
        },
        ["reschedule a delayed job"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", reschedule: true) with { Delay = Hour });
            await queue.AddAsync("2", Of("kind", reschedule: true) with { Delay = 2 * Hour });
        },
        ["reschedule a delayed job to now"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", reschedule: true) with { Delay = Hour });
            await queue.AddAsync("2", Of("kind", reschedule: true));
        },
        ["reschedule a delayed job and extend its time"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", Hour, extend: true, reschedule: true) with { Delay = Hour });
            await queue.AddAsync("2", Of("kind", Hour, extend: true, reschedule: true) with { Delay = 2 * Hour });
        },
        ["reschedule a job that waits"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", reschedule: true));
            await queue.AddAsync("2", Of("kind", reschedule: true) with { Delay = Hour });
        },
        ["replace and not reschedule"] = async queue =>
        {
            await queue.AddAsync("1", Of("kind", replace: true, reschedule: true) with { Delay = Hour });
            await queue.AddAsync("2", Of("kind", replace: true, reschedule: true) with { Delay = 2 * Hour });
        },
        ["replace what has a kept successor"] = async queue =>
        {
            await queue.AddAsync("1", KeepLast with { Attempts = 2, Backoff = BackoffOptions.Fixed(Hour) });
            await queue.ProcessWhileAsync("fail", 1, () => AddThrice(queue, KeepLast));
            await queue.AddAsync("\"new\"", Of("kind", replace: true));
        },
        ["a key whose job vanished lets the next one in"] = async queue =>
        {
            foreach (var options in new[] { Of("a"), Of("b", replace: true), Of("c", keepLast: true), Of("d", Hour, extend: true), Of("e", Hour) })
            {
                var id = await queue.AddAsync("1", Of(options.Deduplication!.Id));
                await queue.LoseHashAsync(id);
                await queue.AddAsync("2", options);
            }
        },
        ["a key whose job vanished keeps others out for its time"] = async queue =>
        {
            await queue.LoseHashAsync(await queue.AddAsync("1", Of("kind", Hour)));
            await AddThrice(queue, Of("kind"));
        },
    };

    private static JobOptions KeepLast => Of("kind", keepLast: true);

    private static JobOptions Of(string id, TimeSpan? ttl = null, bool extend = false, bool replace = false, bool reschedule = false, bool keepLast = false) =>
        new() { Deduplication = new DeduplicationOptions(id) { Ttl = ttl, Extend = extend, Replace = replace, Reschedule = reschedule, KeepLastIfActive = keepLast } };

    private static async Task AddThrice(IQueueActor queue, JobOptions options)
    {
        for (var i = 0; i < 3; i++) await queue.AddAsync($"\"thrice {i}\"", options);
    }
}
