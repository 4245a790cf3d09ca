using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static readonly JobCall Promote = new(job => job.PromoteAsync(), "promote");

    private static Dictionary<string, Func<IQueueActor, Task>> ManagingJobs => new()
    {
        ["update data"] = async queue => await queue.CallAsync(await queue.AddAsync("1"), UpdateData("""{"n":2,"s":"ünï ✓"}""")),
        ["update data of a job that is gone"] = async queue => await Refused(queue.CallWhenGoneAsync(await queue.AddAsync("1"), UpdateData("2"))),
        ["update data of a completed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("echo");
            await queue.CallAsync(id, UpdateData("2"));
        },
        ["update progress"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.CallAsync(id, Progress(50, 50));
            await queue.CallAsync(id, Progress(0.5, 0.5));
            await queue.CallAsync(id, Progress("hälf <of> it", "hälf <of> it"));
            await queue.CallAsync(id, Progress(true, true));
            await queue.CallAsync(id, Progress(JobProgress.FromJson(Json.Bytes("""{"done":3}""")), new JsonObject { ["done"] = 3 }));
        },
        ["update progress of a job that is gone"] = async queue => await Refused(queue.CallWhenGoneAsync(await queue.AddAsync("1"), Progress(50, 50))),
        ["update progress by the job's id"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.CallAsync(new QueueCall(our => our.UpdateJobProgressAsync(id, 7), "updateJobProgress", id, 7));
            await Refused(queue.CallAsync(new QueueCall(our => our.UpdateJobProgressAsync("nobody", 7), "updateJobProgress", "nobody", 7)));
        },
        ["log"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.CallAsync(id, Log("öne"));
            await queue.CallAsync(id, Log(""));
        },
        ["log and keep two rows"] = async queue =>
        {
            var id = await queue.AddByNodeAsync("1", """{"keepLogs":2}""");
            foreach (var row in new[] { "1", "2", "3" }) await queue.CallAsync(id, Log(row));
        },
        ["log by the job's id"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            foreach (var row in new[] { "1", "2", "3" }) await queue.CallAsync(new QueueCall(our => our.AddJobLogAsync(id, row, 2), "addJobLog", id, row, 2));
            await queue.CallAsync(new QueueCall(our => our.AddJobLogAsync(id, "4"), "addJobLog", id, "4"));
        },
        ["log to a job that is gone"] = async queue => await Refused(queue.CallWhenGoneAsync(await queue.AddAsync("1"), Log("1"))),
        ["clear logs"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            for (var i = 0; i < 4; i++) await queue.CallAsync(id, Log($"{i}"));
            await queue.CallAsync(id, ClearLogs(3));
            await queue.CallAsync(id, ClearLogs(5));
        },
        ["clear all logs"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.CallAsync(id, Log("1"));
            await queue.CallAsync(id, new JobCall(job => job.ClearLogsAsync(), "clearLogs"));
        },
        ["promote"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.CallAsync(await queue.AddAsync("2", Later), Promote);
        },
        ["promote a prioritized job"] = async queue => await queue.CallAsync(await queue.AddAsync("1", Later with { Priority = 3 }), Promote),
        ["promote a lifo job"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.CallAsync(await queue.AddAsync("2", Later with { Lifo = true }), Promote);
        },
        ["promote in a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.AddAsync("1");
            await queue.CallAsync(await queue.AddAsync("2", Later), Promote);
            await queue.CallAsync(await queue.AddAsync("3", Later with { Priority = 3 }), Promote);
        },
        ["promote a job that waits"] = async queue => await Refused(queue.CallAsync(await queue.AddAsync("1"), Promote)),
        ["promote a job that is gone"] = async queue => await Refused(queue.CallWhenGoneAsync(await queue.AddAsync("1", Later), Promote)),
        ["promote and complete"] = async queue =>
        {
            await queue.CallAsync(await queue.AddAsync("1", Later), Promote);
            await queue.ProcessAsync("echo");
        },
        ["change the delay"] = async queue =>
        {
            var first = await queue.AddAsync("1", Later);
            await queue.AddAsync("2", Later);
            await queue.CallAsync(first, ChangeDelay(7_200_000));
        },
        ["change the delay to nothing"] = async queue => await queue.CallAsync(await queue.AddAsync("1", Later), ChangeDelay(0)),
        ["change the delay in a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.CallAsync(await queue.AddAsync("1", Later), ChangeDelay(7_200_000));
        },
        ["change the delay of a job that waits"] = async queue => await Refused(queue.CallAsync(await queue.AddAsync("1"), ChangeDelay(1000))),
        ["change the delay of a job that is gone"] = async queue => await Refused(queue.CallWhenGoneAsync(await queue.AddAsync("1", Later), ChangeDelay(1000))),
        ["give a waiting job a priority"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.AddAsync("2");
            await queue.CallAsync(id, ChangePriority(3));
        },
        ["change the priority"] = async queue =>
        {
            var id = await queue.AddAsync("1", new JobOptions { Priority = 2 });
            await queue.AddAsync("2", new JobOptions { Priority = 5 });
            await queue.CallAsync(id, ChangePriority(5));
        },
        ["change the priority to the front"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Priority = 5 });
            await queue.CallAsync(await queue.AddAsync("2", new JobOptions { Priority = 8 }), ChangePriority(5, lifo: true));
        },
        ["take the priority away"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.CallAsync(await queue.AddAsync("2", new JobOptions { Priority = 8 }), ChangePriority(0));
            await queue.CallAsync(await queue.AddAsync("3", new JobOptions { Priority = 8 }), ChangePriority(0, lifo: true));
        },
        ["change the priority in a paused queue"] = async queue =>
        {
            await queue.PauseAsync();
            await queue.CallAsync(await queue.AddAsync("1"), ChangePriority(3));
            await queue.CallAsync(await queue.AddAsync("2", new JobOptions { Priority = 8 }), ChangePriority(0));
        },
        ["change the priority of a delayed job"] = async queue => await queue.CallAsync(await queue.AddAsync("1", Later), ChangePriority(3)),
        ["change the priority of a completed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("echo");
            await queue.CallAsync(id, ChangePriority(3));
        },
        ["change the priority of a job that is gone"] = async queue => await Refused(queue.CallWhenGoneAsync(await queue.AddAsync("1"), ChangePriority(3))),
        ["retry a completed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("echo");
            await queue.CallAsync(id, Retry(JobState.Completed));
        },
        ["retry with its attempts reset"] = async queue =>
        {
            var id = await queue.AddAsync("1", TwoAttempts);
            await queue.ProcessAsync("fail", attempts: 2);
            await queue.CallAsync(id, Retry(JobState.Failed, made: true, started: true));
        },
        ["retry with its attempts made reset"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.CallAsync(id, Retry(JobState.Failed, made: true));
        },
        ["retry a lifo job"] = async queue =>
        {
            var id = await queue.AddAsync("1", new JobOptions { Lifo = true });
            await queue.ProcessAsync("fail");
            await queue.AddAsync("2");
            await queue.CallAsync(id, Retry(JobState.Failed));
        },
        ["retry in a paused queue"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.PauseAsync();
            await queue.AddAsync("2");
            await queue.CallAsync(id, Retry(JobState.Failed));
        },
        ["remove a job with logs"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.CallAsync(id, Log("1"));
            await queue.CallAsync(id, Remove());
        },
        ["remove a failed job"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.ProcessAsync("fail");
            await queue.CallAsync(id, Remove());
        },
        ["remove a prioritized job"] = async queue => await queue.CallAsync(await queue.AddAsync("1", new JobOptions { Priority = 2 }), Remove()),
        ["remove an active job without a lock"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await MakeActiveAsync(queue);
            await queue.CallAsync(id, Remove());
        },
        ["remove a job whose hash is gone"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await queue.Redis.KeyDeleteAsync(queue.Key(id));
            await queue.RemoveAsync(id);
        },
        ["remove a job that a worker has"] = async queue =>
        {
            var id = await queue.AddAsync("1");
            await MakeActiveAsync(queue, isLocked: true);
            await queue.RemoveAsync(id);
        },
        ["remove nobody"] = async queue =>
        {
            await queue.ResumeAsync();
            await queue.RemoveAsync("nobody");
        },
        ["remove a job that others were deduplicated for"] = async queue =>
        {
            var id = await queue.AddByNodeAsync("1", """{"deduplication":{"id":"d"}}""");
            await queue.AddByNodeAsync("2", """{"deduplication":{"id":"d"}}""");
            await queue.RemoveAsync(id);
        },
        // With one child, since a set is in no order.
        ["remove a parent with its child"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a"), Child("b")));
            await queue.RemoveAsync("a");
            await queue.RemoveAsync("parent");
        },
        ["remove a parent with children of every kind"] = async queue =>
        {
            await queue.AddFlowAsync(Parent(Child("a", new JobOptions { FailParentOnFailure = true }), Child("b", new JobOptions { FailParentOnFailure = true })));
            await queue.ProcessAsync("failB", attempts: 3);
            await queue.RemoveAsync("parent");
        },
    };

    // The next waiting job, as if a worker had it or, without a lock, as if that had vanished.
    private static async Task MakeActiveAsync(IQueueActor queue, bool isLocked = false)
    {
        var id = await queue.Redis.ListRightPopLeftPushAsync(queue.Key("wait"), queue.Key("active"));
        if (isLocked) await queue.Redis.StringSetAsync(queue.Key($"{id}:lock"), "token");
    }

    private static JobCall UpdateData(string json) => new(job => job.UpdateDataAsync(Json.Bytes(json)), "updateData", JsonNode.Parse(json));

    private static JobCall Progress(JobProgress ours, JsonNode theirs) => new(job => job.UpdateProgressAsync(ours), "updateProgress", theirs);

    private static JobCall Log(string row) => new(job => job.LogAsync(row), "log", row);

    private static JobCall ClearLogs(int keep) => new(job => job.ClearLogsAsync(keep), "clearLogs", keep);

    private static JobCall ChangeDelay(long milliseconds) => new(job => job.ChangeDelayAsync(TimeSpan.FromMilliseconds(milliseconds)), "changeDelay", milliseconds);

    private static JobCall ChangePriority(int priority, bool lifo = false) =>
        new(job => job.ChangePriorityAsync(priority, lifo), "changePriority", new JsonObject { ["priority"] = priority, ["lifo"] = lifo });

    private static JobCall Retry(JobState state, bool made = false, bool started = false) => new(
        job => job.RetryAsync(state, made, started), "retry", state.ToBullName(), new JsonObject { ["resetAttemptsMade"] = made, ["resetAttemptsStarted"] = started });

    private static JobCall Remove(bool removeChildren = true) =>
        new(job => job.RemoveAsync(removeChildren), "remove", new JsonObject { ["removeChildren"] = removeChildren });

    private static Task<InvalidOperationException> Refused(Task call) => Should.ThrowAsync<InvalidOperationException>(call);
}
