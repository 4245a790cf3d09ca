using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static readonly JobOptions LongAgo = new() { Timestamp = DateTimeOffset.UnixEpoch.AddYears(50) };
    private static readonly JobOptions KeepOrder = new() { Priority = 7 };

    private static Dictionary<string, Func<IQueueActor, Task>> ManagingQueues => new()
    {
        ["drain an empty queue"] = queue => OnceKnownAsync(queue, Drain(delayed: true)),
        ["drain"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Drain(delayed: false));
        },
        ["drain with the delayed ones"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Drain(delayed: true));
        },
        ["drain a paused queue"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PauseAsync();
            await queue.AddAsync("2");
            await queue.CallAsync(Drain(delayed: false));
        },
        ["drain jobs with logs and a deduplication"] = async queue =>
        {
            var id = await queue.AddByNodeAsync("1", """{"deduplication":{"id":"d"}}""");
            await queue.CallAsync(id, Log("1"));
            await queue.CallAsync(Drain(delayed: false));
        },
        ["drain a flow"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.CallAsync(Drain(delayed: false));
        },
        ["drain a flow of which a child has failed"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.ProcessAsync("failB", attempts: 2);
            await queue.CallAsync(Drain(delayed: false));
        },
        ["clean an empty queue"] = queue => queue.CallAsync(Clean("completed")),
        ["clean completed jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Clean("completed"));
        },
        ["clean failed jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Clean("failed"));
        },
        ["clean waiting jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Clean("wait"));
        },
        ["clean delayed jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Clean("delayed"));
        },
        ["clean prioritized jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Clean("prioritized"));
        },
        ["clean active jobs"] = async queue =>
        {
            for (var i = 0; i < 3; i++) await queue.AddAsync($"{i}");
            await MakeActiveAsync(queue);
            await MakeActiveAsync(queue, isLocked: true);
            await MakeActiveAsync(queue);
            await queue.CallAsync(Clean("active"));
        },
        ["clean up to a limit"] = async queue =>
        {
            for (var i = 0; i < 4; i++) await queue.AddAsync($"{i}");
            await queue.CallAsync(Clean("wait", limit: 3));
        },
        ["clean completed jobs up to a limit"] = async queue =>
        {
            for (var i = 0; i < 4; i++) await queue.AddAsync($"{i}");
            await queue.ProcessAsync("echo", attempts: 4);
            await queue.CallAsync(Clean("completed", limit: 3));
        },
        ["clean delayed jobs up to a limit"] = async queue =>
        {
            for (var i = 0; i < 4; i++) await queue.AddAsync($"{i}", new JobOptions { Delay = TimeSpan.FromHours(1 + i) });
            await queue.CallAsync(Clean("delayed", limit: 3));
        },
        ["clean nothing that is young"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            foreach (var state in new[] { "completed", "failed", "wait", "delayed", "prioritized", "active" }) await queue.CallAsync(Clean(state, grace: TimeSpan.FromHours(1)));
        },
        ["clean what is old among what is young"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2", LongAgo);
            await queue.AddAsync("3");
            await queue.AddAsync("4", KeepOrder);
            await queue.AddAsync("5", KeepOrder with { Timestamp = LongAgo.Timestamp });
            await queue.CallAsync(Clean("wait", grace: TimeSpan.FromHours(1)));
            await queue.CallAsync(Clean("prioritized", grace: TimeSpan.FromHours(1)));
        },
        ["clean fewer old ones than the limit, behind young ones"] = async queue =>
        {
            for (var i = 0; i < 3; i++) await queue.AddAsync($"{i}");
            await queue.AddAsync("4", LongAgo);
            await queue.CallAsync(Clean("wait", limit: 2, grace: TimeSpan.FromHours(1)));
        },
        ["clean the parked jobs of a paused queue"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PauseAsync();
            await queue.AddAsync("2");
            await queue.CallAsync(Clean("wait"));
            await queue.CallAsync(Clean("paused"));
        },
        ["clean a job whose hash is gone"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.AddAsync("2");
            await queue.Redis.KeyDeleteAsync(queue.Key(id));
            await queue.CallAsync(Clean("wait", grace: TimeSpan.FromHours(1)));
        },
        ["clean a deduplicated job"] = async queue =>
        {
            await queue.AddByNodeAsync("1", """{"deduplication":{"id":"d"}}""");
            await queue.CallAsync(Clean("wait"));
        },
        ["clean the children of a flow"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.CallAsync(Clean("wait", limit: 1));
            await queue.CallAsync(Clean("wait", limit: 1));
        },
        ["obliterate"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Obliterate());
        },
        ["obliterate an empty queue"] = queue => queue.CallAsync(Obliterate()),
        ["obliterate a paused queue"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PauseAsync();
            await queue.AddAsync("2");
            await queue.CallAsync(Obliterate());
        },
        ["obliterate in small steps"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(Obliterate(count: 2));
        },
        ["obliterate while a job is active"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2");
            await MakeActiveAsync(queue, isLocked: true);
            await Refused(queue.CallAsync(Obliterate()));
        },
        ["obliterate although a job is active"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.AddAsync("2");
            await MakeActiveAsync(queue, isLocked: true);
            await queue.CallAsync(Obliterate(force: true));
        },
        ["obliterate a flow"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.CallAsync(Obliterate());
        },
        ["retry all failed jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(RetryJobs(JobState.Failed));
        },
        ["retry all completed jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(RetryJobs(JobState.Completed));
        },
        ["retry all in small steps"] = async queue =>
        {
            for (var i = 0; i < 5; i++) await queue.AddAsync($"{i}");
            await queue.ProcessAsync("fail", attempts: 5);
            await queue.AddAsync("5");
            await queue.CallAsync(RetryJobs(JobState.Failed, count: 2));
        },
        ["retry all, none of which has finished by then"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.CallAsync(RetryJobs(JobState.Failed, timestamp: LongAgo.Timestamp));
        },
        ["retry all of a paused queue"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.PauseAsync();
            await queue.AddAsync("2");
            await queue.CallAsync(RetryJobs(JobState.Failed));
        },
        ["retry all that are prioritized"] = async queue =>
        {
            await queue.AddAsync("1", KeepOrder);
            await queue.ProcessAsync("fail");
            await queue.CallAsync(RetryJobs(JobState.Failed));
        },
        ["retry all of nothing"] = queue => OnceKnownAsync(queue, RetryJobs(JobState.Failed)),
        ["promote all"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.AddAsync("1", Later with { Priority = 3 });
            await queue.CallAsync(PromoteJobs());
        },
        ["promote all in small steps"] = async queue =>
        {
            for (var i = 0; i < 5; i++) await queue.AddAsync($"{i}", new JobOptions { Delay = TimeSpan.FromHours(1 + i) });
            await queue.CallAsync(PromoteJobs(count: 2));
        },
        ["promote all of a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.AddAsync("1", Later);
            await queue.CallAsync(PromoteJobs());
        },
        ["promote all of nothing"] = queue => OnceKnownAsync(queue, PromoteJobs()),
        ["trim the events"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.CallAsync(new QueueCall(our => our.TrimEventsAsync(0), "trimEvents", 0));
        },
        ["remove orphaned jobs"] = async queue =>
        {
            await AddOfEachKindAsync(queue);
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.Redis.HashSetAsync(queue.Key("orphan"), "count", 3);
            await queue.Redis.HashSetAsync(queue.Key("lost:logs"), "count", 3);
            await queue.Redis.HashSetAsync(queue.Key("orphan:unsuccessful"), "count", 3);
            await queue.Redis.HashSetAsync(queue.Key("orphan:unknown"), "count", 3);
            await queue.Redis.HashSetAsync(queue.Key("metrics:completed"), "count", 3);
            await queue.CallAsync(new QueueCall(our => our.RemoveOrphanedJobsAsync(), "removeOrphanedJobs"));
        },
        ["pause twice"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.PauseAsync();
            await queue.PauseAsync();
        },
        ["resume what is not paused"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ResumeAsync();
        },
        ["resume with a prioritized job"] = async queue =>
        {
            await queue.AddAsync("1", KeepOrder);
            await queue.PauseAsync();
            await queue.ResumeAsync();
        },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> ManagingOnlyIn6 => new()
    {
        ["fail at the last start that is allowed"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Attempts = 5 });
            await queue.ProcessUntilAsync("fail", new SideOptions(MaxStartedAttempts: 2), Has("failed", 1));
        },
        ["retry a prioritized job"] = async queue =>
        {
            var id = await queue.AddAsync("1", KeepOrder);
            await queue.ProcessAsync("fail");
            await queue.AddAsync("2");
            await queue.CallAsync(id, Retry(JobState.Failed));
        },
        ["retry all children of a flow"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", new JobOptions { FailParentOnFailure = true }), Child("b", new JobOptions { FailParentOnFailure = true })));
            await queue.ProcessAsync("failB", attempts: 3);
            await queue.CallAsync(RetryJobs(JobState.Failed));
            await queue.CallAsync(RetryJobs(JobState.Completed));
        },
    };

    // Node's package writes the queue's meta when it opens it, ours when it first writes something.
    private static async Task OnceKnownAsync(IQueueActor queue, QueueCall call)
    {
        await queue.ResumeAsync();
        await queue.CallAsync(call);
    }

    // A job in each state but active.
    private static async Task AddOfEachKindAsync(IQueueActor queue)
    {
        await queue.AddAsync("1");
        await queue.ProcessAsync("echo");
        await queue.AddAsync("2");
        await queue.ProcessAsync("fail");
        await queue.AddAsync("3");
        await queue.AddAsync("4");
        await queue.AddAsync("5", KeepOrder);
        await queue.AddAsync("6", Later);
    }

    private static QueueCall Drain(bool delayed) => new(queue => queue.DrainAsync(delayed), "drain", delayed);

    private static QueueCall Clean(string state, int limit = 0, TimeSpan grace = default) => new(
        queue => queue.CleanAsync(grace, limit, JobStateNames.Parse(state)), "clean", (long)grace.TotalMilliseconds, limit, state);

    private static QueueCall Obliterate(bool force = false, int count = 1000) => new(
        queue => queue.ObliterateAsync(force, count), "obliterate", new JsonObject { ["force"] = force, ["count"] = count });

    private static QueueCall RetryJobs(JobState state, int count = 1000, DateTimeOffset? timestamp = null)
    {
        var options = new JsonObject { ["state"] = state.ToBullName(), ["count"] = count };
        if (timestamp is { } time) options["timestamp"] = time.ToUnixTimeMilliseconds();
        return new QueueCall(queue => queue.RetryJobsAsync(state, count, timestamp), "retryJobs", options);
    }

    private static QueueCall PromoteJobs(int count = 1000) => new(
        queue => queue.PromoteJobsAsync(count), "promoteJobs", new JsonObject { ["count"] = count });
}
