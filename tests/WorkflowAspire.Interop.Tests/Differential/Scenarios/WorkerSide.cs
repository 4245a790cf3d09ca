using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Differential;

internal static partial class Scenarios
{
    private static readonly SideOptions Plain = new();
    private static readonly JobOptions Soon = new() { Delay = TimeSpan.FromMilliseconds(30) };
    private static readonly JobOptions Urgent = new() { Priority = 3 };
    private static readonly JobOptions OwnBackoff = new() { Attempts = 3, Backoff = new BackoffOptions("own", TimeSpan.Zero) };

    private static Dictionary<string, Func<IQueueActor, Task>> WorkerSide => new Dictionary<string, Func<IQueueActor, Task>>[]
    {
        RateLimits, GlobalConcurrency, FallingDue, MovedByProcessors, Strategies, ByHand, Metrics,
    }.SelectMany(area => area).ToDictionary();

    private static Dictionary<string, Func<IQueueActor, Task>> RateLimits => new()
    {
        ["limit a worker"] = async queue =>
        {
            await AddSeveral(queue, 3);
            await queue.ProcessUntilAsync("echo", new SideOptions(new RateLimiterOptions(2, Hour)), Has("completed", 2), idle: false);
            (await queue.GetRateLimitTtlAsync(2)).ShouldBe("some");
            (await queue.GetRateLimitTtlAsync(3)).ShouldBe("none");
        },
        ["limit a worker, one job in all"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ProcessUntilAsync("echo", new SideOptions(new RateLimiterOptions(1, Hour)), Has("completed", 1), idle: false);
        },
        ["limit a worker whose job fails"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ProcessUntilAsync("fail", new SideOptions(new RateLimiterOptions(1, Hour)), Has("failed", 1), idle: false);
        },
        ["limit a queue"] = async queue =>
        {
            await queue.SetGlobalRateLimitAsync(1, Hour);
            await AddSeveral(queue, 2);
            await queue.ProcessUntilAsync("echo", Plain, Has("completed", 1), idle: false);
            (await queue.GetRateLimitTtlAsync()).ShouldBe("some");
            (await queue.GetRateLimitTtlAsync(2)).ShouldBe("none");
        },
        ["limit a queue to fewer than a worker"] = async queue =>
        {
            await queue.SetGlobalRateLimitAsync(1, Hour);
            await AddSeveral(queue, 3);
            await queue.ProcessUntilAsync("echo", new SideOptions(new RateLimiterOptions(2, Hour * 3)), Has("completed", 1), idle: false);
            await LimiterLasts(queue, Hour * 2);
        },
        ["limit a queue to more than a worker"] = async queue =>
        {
            await queue.SetGlobalRateLimitAsync(2, Hour * 3);
            await AddSeveral(queue, 3);
            await queue.ProcessUntilAsync("echo", new SideOptions(new RateLimiterOptions(1, Hour)), Has("completed", 2), idle: false);
        },
        ["limit a queue by hand"] = async queue =>
        {
            await AddSeveral(queue, 1);
            (await queue.GetRateLimitTtlAsync()).ShouldBe("none");
            await queue.RateLimitAsync(Hour);
            (await queue.GetRateLimitTtlAsync()).ShouldBe("some");
            (await queue.GetRateLimitTtlAsync(1_000_000)).ShouldBe("some");
        },
        ["limit a queue by hand and take a job"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.RateLimitAsync(Hour);
            (await queue.TakeAsync("t", new SideOptions(new RateLimiterOptions(1000, Hour)))).ShouldBeNull();
        },
        ["limit a queue by hand and take a job without a limiter"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.RateLimitAsync(Hour);
            (await queue.TakeAsync("t")).ShouldBe("1");
        },
        ["end the limits of a queue"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.SetGlobalRateLimitAsync(1, Hour);
            await queue.RateLimitAsync(Hour);
            await queue.RemoveRateLimitKeyAsync();
            await queue.RemoveGlobalRateLimitAsync();
            (await queue.GetRateLimitTtlAsync()).ShouldBe("none");
        },
        ["meet a limit"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await queue.ProcessUntilAsync("limited", new SideOptions(new RateLimiterOptions(100, Hour)), PutBack("wait"), idle: false);
        },
        ["meet a limit with a prioritized job"] = async queue =>
        {
            await queue.AddAsync("1", Urgent);
            await queue.AddAsync("2", Urgent);
            await queue.ProcessUntilAsync("limited", new SideOptions(new RateLimiterOptions(100, Hour)), PutBack("prioritized"), idle: false);
        },
        ["meet a limit without a limiter"] = async queue =>
        {
            await queue.AddAsync("1");
            await queue.ProcessUntilAsync("limited", Plain, PutBack("wait"), idle: false);
        },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> GlobalConcurrency => new()
    {
        ["process in a queue with a concurrency"] = async queue =>
        {
            await queue.SetGlobalConcurrencyAsync(1);
            await AddSeveral(queue, 3);
            await queue.ProcessUntilAsync("echo", Plain, Has("completed", 3));
        },
        ["add to a queue at its limit"] = async queue =>
        {
            await queue.SetGlobalConcurrencyAsync(1);
            await AddSeveral(queue, 1);
            (await queue.IsMaxedAsync()).ShouldBe("free");
            (await queue.TakeAsync("t")).ShouldBe("1");
            (await queue.IsMaxedAsync()).ShouldBe("maxed");
            await TakeTheMarker(queue);
            await queue.AddAsync("2");
            await queue.AddAsync("3", Urgent);
            (await queue.TakeAsync("u")).ShouldBeNull();
        },
        ["complete in a queue at its limit"] = async queue =>
        {
            await queue.SetGlobalConcurrencyAsync(1);
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            await TakeTheMarker(queue);
            (await queue.CompleteAsync("1", "1", "t")).ShouldBe("2");
        },
        ["complete in a queue at its limit and take no other"] = async queue =>
        {
            await queue.SetGlobalConcurrencyAsync(1);
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            await TakeTheMarker(queue);
            await queue.CompleteAsync("1", "1", "t", fetchNext: false);
        },
        ["put a job back in a queue at its limit"] = async queue =>
        {
            await queue.SetGlobalConcurrencyAsync(1);
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            await TakeTheMarker(queue);
            await queue.MoveToWaitAsync("1", "t");
        },
        ["raise and end the concurrency of a queue"] = async queue =>
        {
            await queue.SetGlobalConcurrencyAsync(1);
            await AddSeveral(queue, 3);
            await queue.TakeAsync("t");
            await TakeTheMarker(queue);
            await queue.SetGlobalConcurrencyAsync(2);
            (await queue.TakeAsync("u")).ShouldBe("2");
            (await queue.IsMaxedAsync()).ShouldBe("maxed");
            await queue.RemoveGlobalConcurrencyAsync();
            (await queue.IsMaxedAsync()).ShouldBe("free");
            (await queue.TakeAsync("v")).ShouldBe("3");
        },
    };

    // What falls due is put among those that wait although nothing may be taken.
    private static Dictionary<string, Func<IQueueActor, Task>> FallingDue => new()
    {
        ["fall due in a paused queue"] = async queue =>
        {
            await queue.AddAsync("1", Soon);
            await queue.PauseAsync();
            await queue.ProcessUntilAsync("echo", Plain, Waits(1));
        },
        ["fall due in a paused queue and be first after it"] = async queue =>
        {
            await queue.AddAsync("1", Soon);
            await queue.PauseAsync();
            await queue.ProcessUntilAsync("echo", Plain, Waits(1));
            await queue.AddAsync("2");
            await queue.ResumeAsync();
            await queue.ProcessUntilAsync("echo", Plain, Has("completed", 2));
        },
        ["fall due in a queue at its concurrency"] = async queue =>
        {
            await queue.SetGlobalConcurrencyAsync(1);
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            await TakeTheMarker(queue);
            await queue.AddAsync("2", Soon);
            await queue.ProcessUntilAsync("echo", Plain, Waits(1), idle: false);
        },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> MovedByProcessors => new()
    {
        ["put a job off"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await queue.ProcessUntilAsync("putOff", Plain, Has("delayed", 1));
        },
        ["put a job off and complete it"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts with { Priority = 2 });
            await queue.ProcessUntilAsync("putOffOnce", Plain, Has("completed", 1));
        },
        ["put a job back and complete it"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await queue.ProcessUntilAsync("putBackOnce", Plain, Has("completed", 1));
        },
        ["put a prioritized job back and complete it"] = async queue =>
        {
            await queue.AddAsync("1", Urgent);
            await queue.ProcessUntilAsync("putBackOnce", Plain, Has("completed", 1));
        },
        ["start a job too often"] = async queue =>
        {
            await queue.AddAsync("1", new JobOptions { Attempts = 5 });
            await queue.ProcessUntilAsync("putBack", new SideOptions(MaxStartedAttempts: 2), Has("failed", 1));
        },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> Strategies => new()
    {
        ["wait as a strategy says"] = async queue =>
        {
            await queue.AddAsync("1", OwnBackoff);
            await queue.ProcessUntilAsync("fail", new SideOptions(Backoff: 3_600_000), Has("delayed", 1));
        },
        ["retry at once as a strategy says"] = async queue =>
        {
            await queue.AddAsync("1", OwnBackoff);
            await queue.ProcessUntilAsync("failOnce", new SideOptions(Backoff: 0), Has("completed", 1));
        },
        ["fail as a strategy says"] = async queue =>
        {
            await queue.AddAsync("1", OwnBackoff);
            await queue.ProcessUntilAsync("fail", new SideOptions(Backoff: -1), Has("failed", 1));
        },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> ByHand => new()
    {
        ["take"] = async queue =>
        {
            await AddSeveral(queue, 2);
            (await queue.TakeAsync("t")).ShouldBe("1");
        },
        ["take a scheduler's job"] = async queue =>
        {
            await queue.UpsertSchedulerAsync("s", new RepeatOptions { Every = Hour });
            await queue.TakeAsync("t");
        },
        ["take where nothing is"] = async queue =>
        {
            await queue.RemoveAsync(await queue.AddAsync("1"));
            (await queue.TakeAsync("t")).ShouldBeNull();
        },
        ["take where one is prioritized"] = async queue =>
        {
            await queue.AddAsync("1", Urgent);
            (await queue.TakeAsync("t")).ShouldBe("1");
        },
        ["take where one is delayed"] = async queue =>
        {
            await queue.AddAsync("1", Later);
            (await queue.TakeAsync("t")).ShouldBeNull();
        },
        ["take from a paused queue"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.PauseAsync();
            (await queue.TakeAsync("t")).ShouldBeNull();
        },
        ["take and complete"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            (await queue.CompleteAsync("1", """{"r":[1,"ü"]}""", "t")).ShouldBeNull();
        },
        ["take, complete, take the next, complete it"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            (await queue.CompleteAsync("1", "1", "t")).ShouldBe("2");
            (await queue.CompleteAsync("2", "2", "t")).ShouldBeNull();
        },
        ["complete by hand and take no other"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            (await queue.CompleteAsync("1", "1", "t", fetchNext: false)).ShouldBeNull();
        },
        ["complete by hand while another is delayed"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.AddAsync("2", Later);
            await queue.TakeAsync("t");
            await queue.CompleteAsync("1", "1", "t");
        },
        ["complete by hand while another is delayed and take none"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.AddAsync("2", Later);
            await queue.TakeAsync("t");
            await queue.CompleteAsync("1", "1", "t", fetchNext: false);
        },
        ["complete by hand when the queue was paused"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            await queue.PauseAsync();
            await queue.CompleteAsync("1", "1", "t");
        },
        ["complete by hand when the queue was paused and take none"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            await queue.PauseAsync();
            await queue.CompleteAsync("1", "1", "t", fetchNext: false);
        },
        ["fail by hand"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            await queue.FailAsync("1", "no", "t");
        },
        ["fail by hand while another is delayed"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.AddAsync("2", Later);
            await queue.TakeAsync("t");
            await queue.FailAsync("1", "no", "t");
        },
        ["fail by hand and take the next"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            (await queue.FailAsync("1", "no", "t", fetchNext: true)).ShouldBe("2");
        },
        ["fail by hand with an attempt left"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            (await queue.FailAsync("1", "no", "t", fetchNext: true)).ShouldBeNull();
        },
        ["fail by hand and wait for the next attempt"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts with { Backoff = BackoffOptions.Fixed(Hour) });
            await queue.TakeAsync("t");
            await queue.FailAsync("1", "no", "t");
        },
        ["put off by hand"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await queue.TakeAsync("t");
            await queue.MoveToDelayedAsync("1", Hour, "t");
        },
        ["put off by hand until now"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            await queue.MoveToDelayedAsync("1", -Hour, "t");
        },
        ["put back by hand"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            await TakeTheMarker(queue);
            await queue.MoveToWaitAsync("1", "t");
        },
        ["put a prioritized job back by hand"] = async queue =>
        {
            await queue.AddAsync("1", Urgent);
            await queue.AddAsync("2", Urgent);
            await queue.TakeAsync("t");
            await TakeTheMarker(queue);
            await queue.MoveToWaitAsync("1", "t");
        },
        ["put back by hand in a paused queue"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            await queue.PauseAsync();
            await queue.MoveToWaitAsync("1", "t");
        },
        ["extend a lock"] = async queue =>
        {
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            (await queue.ExtendLockAsync("1", "u", Hour)).ShouldBeFalse();
            (await queue.ExtendLockAsync("1", "t", Hour)).ShouldBeTrue();
            await queue.TouchAsync(async (database, prefix) => (await database.KeyTimeToLiveAsync(prefix + "1:lock"))!.Value.ShouldBeGreaterThan(Hour / 2));
        },
        ["use a token of another"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            (await queue.CompleteAsync("1", "1", "u")).ShouldBe("refused");
            (await queue.FailAsync("1", "no", "u", fetchNext: true)).ShouldBe("refused");
            (await queue.MoveToDelayedAsync("1", Hour, "u")).ShouldBe("refused");
            (await queue.MoveToWaitAsync("1", "u")).ShouldBe("refused");
        },
        ["use a lock that is gone"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await AddSeveral(queue, 1);
            await queue.TakeAsync("t");
            await queue.TouchAsync((database, prefix) => database.KeyDeleteAsync(prefix + "1:lock"));
            (await queue.CompleteAsync("1", "1", "t")).ShouldBe("refused");
            (await queue.FailAsync("1", "no", "t", fetchNext: true)).ShouldBe("refused");
            (await queue.MoveToDelayedAsync("1", Hour, "t")).ShouldBe("refused");
            (await queue.MoveToWaitAsync("1", "t")).ShouldBe("refused");
            (await queue.ExtendLockAsync("1", "t", Hour)).ShouldBeFalse();
        },
        ["hand in a job that is gone"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            await queue.TouchAsync((database, prefix) => database.KeyDeleteAsync(prefix + "1"));
            (await queue.CompleteAsync("1", "1", "t")).ShouldBe("refused");
            (await queue.FailAsync("1", "no", "t", fetchNext: true)).ShouldBe("refused");
            (await queue.MoveToDelayedAsync("1", Hour, "t")).ShouldBe("refused");
            (await queue.MoveToWaitAsync("1", "t")).ShouldBe("refused");
        },
        ["complete twice"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t");
            await queue.CompleteAsync("1", "1", "t", fetchNext: false);
            (await queue.CompleteAsync("1", "1", "t")).ShouldBe("refused");
        },
    };

    private static Dictionary<string, Func<IQueueActor, Task>> Metrics => new()
    {
        ["count completed jobs"] = async queue =>
        {
            await AddSeveral(queue, 3);
            await queue.ProcessUntilAsync("echo", new SideOptions(MetricsPoints: 10), Has("completed", 3));
        },
        ["count failed jobs"] = async queue =>
        {
            await queue.AddAsync("1", TwoAttempts);
            await queue.AddAsync("2", new JobOptions { RemoveOnFail = KeepJobs.None });
            await queue.ProcessUntilAsync("fail", new SideOptions(MetricsPoints: 10), Has("failed", 1));
        },
        ["count in a later minute"] = async queue =>
        {
            await AddSeveral(queue, 2);
            var counting = new SideOptions(MetricsPoints: 10);
            await queue.TakeAsync("t", counting);
            await queue.CompleteAsync("1", "1", "t");
            await Sooner(queue, "completed", minutes: 3);
            await queue.CompleteAsync("2", "1", "t");
            (await queue.GetMetricsAsync(JobState.Completed)).ShouldBe("2 1 since [0,0,1] 3");
            (await queue.GetMetricsAsync(JobState.Completed, 2, 2)).ShouldBe("2 1 since [1] 3");
            (await queue.GetMetricsAsync(JobState.Failed)).ShouldBe("0 0 never [] 0");
        },
        ["count in the next minute"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t", new SideOptions(MetricsPoints: 10));
            await queue.FailAsync("1", "no", "t", fetchNext: true);
            await Sooner(queue, "failed", minutes: 1);
            await queue.FailAsync("2", "no", "t");
        },
        ["count for longer than points are kept"] = async queue =>
        {
            await AddSeveral(queue, 2);
            await queue.TakeAsync("t", new SideOptions(MetricsPoints: 2));
            await queue.CompleteAsync("1", "1", "t");
            await Sooner(queue, "completed", minutes: 20_000);
            await queue.CompleteAsync("2", "1", "t");
        },
    };

    private static async Task AddSeveral(IQueueActor queue, int count)
    {
        for (var i = 0; i < count; i++) await queue.AddAsync($"{i}");
    }

    private static Func<IDatabase, string, Task<bool>> Has(string state, long count) =>
        async (database, prefix) => await database.SortedSetLengthAsync(prefix + state) == count;

    // BullMQ 5 has them in another list while the queue is paused.
    private static Func<IDatabase, string, Task<bool>> Waits(long count) => async (database, prefix) =>
        await database.ListLengthAsync(prefix + "wait") + await database.ListLengthAsync(prefix + "paused") == count;

    // A job was taken at least once, and is where it was.
    private static Func<IDatabase, string, Task<bool>> PutBack(string list) => async (database, prefix) =>
        await database.HashExistsAsync(prefix + "1", "ats") && await database.ListLengthAsync(prefix + "active") == 0
        && (list == "wait" ? await database.ListLengthAsync(prefix + list) : await database.SortedSetLengthAsync(prefix + list)) > 0;

    // As a worker that is blocked on it would.
    private static Task TakeTheMarker(IQueueActor queue) => queue.TouchAsync((database, prefix) => database.KeyDeleteAsync(prefix + "marker"));

    private static Task LimiterLasts(IQueueActor queue, TimeSpan longerThan) => queue.TouchAsync(async (database, prefix) =>
        (await database.KeyTimeToLiveAsync(prefix + "limiter"))!.Value.ShouldBeGreaterThan(longerThan));

    private static Task Sooner(IQueueActor queue, string state, int minutes) => queue.TouchAsync((database, prefix) =>
        database.HashDecrementAsync($"{prefix}metrics:{state}", "prevTS", minutes * 60_000L));
}
