using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>What QueueEvents tells, and where in the stream it is.</summary>
public class EventsTests(RedisServer redis) : QueueSpecification(redis)
{
    private readonly FakeLogger<QueueEvents> _log = new();

    [Fact]
    public async Task The_life_of_a_job_is_told_in_its_order()
    {
        await using var events = Listen();
        await events.StartAsync();
        await StartWorker((_, _) => Task.FromResult(Json("""{"ok":"ünï ✓"}""")));

        var job = await Add();

        var told = await Take(events, count: 5);
        told.Select(one => one.GetType()).ShouldBe([typeof(AddedEvent), typeof(WaitingEvent), typeof(ActiveEvent), typeof(CompletedEvent), typeof(DrainedEvent)]);
        told.OfType<JobEvent>().ShouldAllBe(one => one.JobId == job.Id);
        told.OfType<AddedEvent>().Single().JobName.ShouldBe("work");
        told.OfType<ActiveEvent>().Single().Previous.ShouldBe("waiting");
        Text(told.OfType<CompletedEvent>().Single().ReturnValue).ShouldBe("""{"ok":"ünï ✓"}""");
        events.LastEventId.ShouldBe(told[^1].Id);
    }

    [Fact]
    public async Task A_failed_job_its_delay_and_its_last_attempt_are_told()
    {
        await using var events = Listen("0");
        await StartWorker((_, _) => throw new InvalidOperationException("broken"));
        var before = DateTimeOffset.UtcNow;
        await Add(new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(20)) });

        var told = await TakeUntil(events, one => one is RetriesExhaustedEvent);

        told.OfType<DelayedEvent>().Single().Until.ShouldBeInRange(before, DateTimeOffset.UtcNow);
        told.OfType<FailedEvent>().Single().FailedReason.ShouldBe("broken");
        told.OfType<RetriesExhaustedEvent>().Single().AttemptsMade.ShouldBe(2);
        told.OfType<WaitingEvent>().Select(one => one.Previous).ShouldBe([null, "delayed"]);
    }

    [Fact]
    public async Task Failures_are_recorded_in_the_order_in_which_their_jobs_began()
    {
        var added = await Queue.AddBulkAsync(Enumerable.Range(0, 100).Select(i => new NewJob("work", Json($"{i}"))));
        await using var events = Listen("0");

        await StartWorker((_, _) => throw new InvalidOperationException("broken"), new WorkerOptions { Concurrency = 8 });

        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Failed] == 100);
        var told = await TakeUntil(events, one => one is FailedEvent failed && failed.JobId == added[^1].Id);
        told.OfType<ActiveEvent>().Select(one => one.JobId).ShouldBe(added.Select(job => job.Id));
        told.OfType<FailedEvent>().Select(one => one.JobId).ShouldBe(added.Select(job => job.Id));
    }

    [Fact]
    public async Task Readers_of_events_are_listed()
    {
        await using var events = Listen();
        await events.StartAsync();
        await StartWorker();

        (await Eventually.Get(() => Queue.GetQueueEventsAsync(), found => found.Count > 0)).ShouldHaveSingleItem().Address.ShouldStartWith("127.0.0.1:");
        (await Eventually.Get(() => Queue.GetWorkersAsync(), found => found.Count > 0)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_missed_between_the_start_and_the_first_listener()
    {
        await Add();
        await using var events = Listen();
        await events.StartAsync();

        var job = await Add();

        (await Take(events, count: 2)).OfType<JobEvent>().ShouldAllBe(one => one.JobId == job.Id);
    }

    [Fact]
    public async Task A_reader_that_leaves_and_comes_back_goes_on_where_it_was()
    {
        await using var events = Listen("0");
        for (var i = 0; i < 20; i++) await Add();

        var first = await Take(events, count: 7);
        var rest = await Take(events, count: 33);

        first.Concat(rest).Select(one => one.Id).ShouldBe(await StreamIds());
    }

    [Fact]
    public async Task A_reader_resumes_after_an_id_that_it_kept()
    {
        for (var i = 0; i < 3; i++) await Add();
        await using (var events = Listen("0")) await Take(events, count: 4);
        var ids = await StreamIds();

        await using var later = Listen(ids[3]);

        (await Take(later, count: 2)).Select(one => one.Id).ShouldBe(ids[4..]);
        _log.Collector.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Where_the_stream_was_trimmed_reading_goes_on_with_what_is_left_and_the_log_says_so()
    {
        for (var i = 0; i < 5; i++) await Add();
        var ids = await StreamIds();
        await Redis.Connection.GetDatabase().StreamTrimAsync(Key("events"), 3);

        await using var events = Listen(ids[1]);

        (await Take(events, count: 3)).Select(one => one.Id).ShouldBe(ids[^3..]);
        _log.Collector.GetSnapshot().ShouldHaveSingleItem().Message.ShouldContain($"between {ids[1]} and {ids[^3]} may be lost");
    }

    [Fact]
    public async Task Each_handler_hears_the_events_of_its_type_until_it_is_disposed_and_what_it_throws_stops_nobody()
    {
        var (added, all) = (new List<string>(), 0);
        await using var events = Listen("0");
        using var throwing = events.On<WaitingEvent>(_ => throw new InvalidOperationException("no"));
        using var counting = events.On<QueueEvent>(_ => Interlocked.Increment(ref all));
        var subscription = events.On<AddedEvent>(async told =>
        {
            await Task.Yield();
            added.Add(told.JobId);
        });
        await events.StartAsync();

        var first = await Add();
        await Eventually.Get(() => added.Count, count => count == 1);
        subscription.Dispose();
        await Add();

        await Eventually.Get(() => all, count => count == 4);
        added.ShouldBe([first.Id]);
        await Eventually.Get(() => _log.Collector.Count, count => count == 2);
        _log.Collector.LatestRecord.Message.ShouldContain("A handler threw for event waiting");
    }

    [Fact]
    public async Task Fields_of_any_bytes_and_kinds_that_are_not_known_are_told_as_they_are()
    {
        byte[] odd = [0xff, 0x00, 0x0a, 0xc3];
        var database = Redis.Connection.GetDatabase();
        await database.StreamAddAsync(Key("events"), [new("event", "brand-new"), new("jobId", odd), new("twice", "1"), new("twice", "2")]);
        await database.StreamAddAsync(Key("events"), [new("event", "completed"), new("returnvalue", "without a job")]);
        await database.StreamAddAsync(Key("events"), [new("event", "completed"), new("jobId", odd), new("returnvalue", "{not json")]);
        await database.StreamAddAsync(Key("events"), [new("event", "delayed"), new("jobId", "a\nb ✓"), new("delay", "1e300")]);
        await database.StreamAddAsync(Key("events"), [new("no", "name")]);
        await using var events = Listen("0");

        var told = await Take(events, count: 5);

        var custom = told[0].ShouldBeOfType<CustomEvent>();
        custom.Name.ShouldBe("brand-new");
        custom.Fields["jobId"].ToArray().ShouldBe(odd);
        custom["twice"].ShouldBe("2");
        custom["never"].ShouldBeNull();
        told[1].ShouldBeOfType<CustomEvent>().Name.ShouldBe("completed");
        var completed = told[2].ShouldBeOfType<CompletedEvent>();
        completed.Fields["jobId"].ToArray().ShouldBe(odd);
        Text(completed.ReturnValue).ShouldBe("{not json");
        told[3].ShouldBeOfType<DelayedEvent>().JobId.ShouldBe("a\nb ✓");
        told[4].ShouldBeOfType<CustomEvent>().Name.ShouldBe("");
    }

    [Fact]
    public async Task An_event_of_ones_own_is_told_with_its_fields()
    {
        await using var events = Listen();
        await events.StartAsync();

        var id = await new QueueEventsProducer(Queue.Name, Redis.Connection).PublishEventAsync("invoice-sent", new Dictionary<string, string> { ["to"] = "a@b ✓" });

        var told = (await Take(events, count: 1)).Single().ShouldBeOfType<CustomEvent>();
        (told.Id, told.Name, told["to"]).ShouldBe((id, "invoice-sent", "a@b ✓"));
    }

    [Theory]
    [InlineData("added", "", "", "no field 'jobId'")]
    [InlineData("delayed", "delay", "soon", "'delay' is no number")]
    [InlineData("delayed", "delay", "", "'delay' is no number")]
    [InlineData("retries-exhausted", "attemptsMade", "many", "'attemptsMade' is no number")]
    [InlineData("cleaned", "count", "NaN", "'count' is no number")]
    [InlineData("progress", "data", "half {", "'data' is no JSON")]
    [InlineData("completed", "returnvalue", "", "'returnvalue' is no JSON")]
    [InlineData("completed", "returnvalue", "1 2", "'returnvalue' is no JSON")]
    [InlineData("failed", "reason", "no such field", "no field 'failedReason'")]
    public async Task An_event_of_a_wrong_form_is_told_by_its_id_once_and_as_it_is_and_the_next_ones_come(string name, string field, string value, string fault)
    {
        var database = Redis.Connection.GetDatabase();
        NameValueEntry[] entry = field == "" ? [new("event", name), new("other", "x")] : [new("event", name), new("jobId", "7"), new(field, value)];
        var id = (string)(await database.StreamAddAsync(Key("events"), entry))!;
        await using var events = Listen("0");

        var bad = (await Take(events, count: 1)).Single();
        var next = await Add();

        (bad.Id, bad.Name, bad is CustomEvent).ShouldBe((id, name, !fault.Contains("JSON")));
        if (field != "") Text(bad.Fields[field]).ShouldBe(value);
        (await Take(events, count: 1)).Single().ShouldBeOfType<AddedEvent>().JobId.ShouldBe(next.Id);
        _log.Collector.GetSnapshot().ShouldHaveSingleItem().Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain($"Event '{name}' ({id})"),
            message => message.ShouldContain(fault));
    }

    [Theory]
    [InlineData("event", new byte[] { 0xff, 0x00, 0xc3 })]
    [InlineData("no-event", new byte[] { 0x01 })]
    public async Task An_event_whose_name_is_bytes_or_missing_is_told_and_the_next_ones_come(string field, byte[] value)
    {
        await Redis.Connection.GetDatabase().StreamAddAsync(Key("events"), [new(field, value), new(new byte[] { 0xfe }, new byte[] { 0xfd })]);
        await using var events = Listen("0");

        (await Take(events, count: 1)).Single().ShouldBeOfType<CustomEvent>();
        var next = await Add();

        (await Take(events, count: 1)).Single().ShouldBeOfType<AddedEvent>().JobId.ShouldBe(next.Id);
    }

    [Fact]
    public async Task Events_of_megabytes_come_whole_and_one_after_the_other()
    {
        var value = $"\"{new string('x', 5_000_000)}\"";
        for (var i = 0; i < 40; i++)
            await Redis.Connection.GetDatabase().StreamAddAsync(Key("events"), [new("event", "completed"), new("jobId", $"{i}"), new("returnvalue", value)]);
        await using var events = Listen("0");

        var told = await Take(events, count: 40);

        told.Cast<CompletedEvent>().Select(one => one.JobId).ShouldBe(Enumerable.Range(0, 40).Select(i => $"{i}"));
        told.Cast<CompletedEvent>().ShouldAllBe(one => one.ReturnValue.Length == value.Length);
        _log.Collector.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Results_that_nest_deeper_than_any_limit_of_ours_are_told_as_they_are()
    {
        var deep = new string('[', 5_000) + new string(']', 5_000);
        await Redis.Connection.GetDatabase().StreamAddAsync(Key("events"), [new("event", "completed"), new("jobId", "1"), new("returnvalue", deep)]);
        await using var events = Listen("0");

        Text((await Take(events, count: 1)).Single().ShouldBeOfType<CompletedEvent>().ReturnValue).ShouldBe(deep);
    }

    [Fact]
    public async Task More_events_than_one_read_brings_all_come_once_and_in_order()
    {
        await Queue.AddBulkAsync(Enumerable.Range(0, 900).Select(_ => new NewJob("work", Json("1"))));
        await using var events = Listen("0");

        (await Take(events, count: 1800)).Select(one => one.Id).ShouldBe(await StreamIds());
    }

    [Fact]
    public async Task Closing_ends_the_enumerations_and_closed_events_are_told_no_more()
    {
        var events = Listen();
        await events.StartAsync();
        var reading = Take(events, count: int.MaxValue);
        var job = await Add();
        await Eventually.True(() => events.LastEventId != null && events.LastEventId != "0-0");

        await events.CloseAsync();

        (await reading).OfType<AddedEvent>().Single().JobId.ShouldBe(job.Id);
        await Should.ThrowAsync<ObjectDisposedException>(() => events.StartAsync());
        await Should.ThrowAsync<ObjectDisposedException>(() => job.WaitUntilFinishedAsync(events));
    }

    [Fact]
    public async Task A_listener_that_gives_up_leaves_with_its_token()
    {
        await using var events = Listen();
        using var enough = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in events.ReadAllAsync(enough.Token)) await enough.CancelAsync();
        });

        await events.StartAsync();
        await Add();

        await Should.ThrowAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task The_connection_is_named_as_Nodes_is()
    {
        await using var events = Listen();
        await events.StartAsync();

        var name = $"bull:{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Queue.Name))}:qe";
        (await Redis.Connection.GetServers()[0].ClientListAsync()).Count(client => client.Name == name).ShouldBe(1);
        (await Queue.GetWorkersAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("12-")]
    [InlineData("-1")]
    public void An_id_that_is_none_is_refused(string id) => Should.Throw<ArgumentException>(() => Listen(id)).ParamName.ShouldBe("LastEventId");

    [Fact]
    public async Task A_field_that_would_hide_the_name_is_refused() => (await Should.ThrowAsync<ArgumentException>(() =>
        new QueueEventsProducer(Queue.Name, Redis.Connection).PublishEventAsync("mine", new Dictionary<string, string> { ["event"] = "theirs" }))).ParamName.ShouldBe("fields");

    private QueueEvents Listen(string from = "$") => new(Queue.Name, Redis.Connection, new QueueEventsOptions { LastEventId = from }, _log);

    private async Task<string[]> StreamIds() =>
        [.. (await Redis.Connection.GetDatabase().StreamRangeAsync(Key("events"))).Select(entry => entry.Id.ToString())];

    private static Task<List<QueueEvent>> Take(QueueEvents events, int count)
    {
        var taken = 0;
        return TakeUntil(events, _ => ++taken == count);
    }

    private static async Task<List<QueueEvent>> TakeUntil(QueueEvents events, Func<QueueEvent, bool> last)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var told = new List<QueueEvent>();
        await foreach (var one in events.ReadAllAsync(patience.Token))
        {
            told.Add(one);
            if (last(one)) break;
        }

        return told;
    }
}

/// <summary>A server that has no streams.</summary>
public class EventsOnGarnet(GarnetServer garnet) : QueueSpecification(garnet)
{
    [Fact]
    public async Task Without_streams_the_start_says_what_is_missing()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection);
        var job = await Add();

        (await Should.ThrowAsync<NotSupportedException>(() => events.StartAsync())).Message.ShouldContain("has no streams");
        await Should.ThrowAsync<NotSupportedException>(() => job.WaitUntilFinishedAsync(events));
        await Should.ThrowAsync<NotSupportedException>(() => new QueueEventsProducer(Queue.Name, Redis.Connection).PublishEventAsync("mine"));
    }
}
