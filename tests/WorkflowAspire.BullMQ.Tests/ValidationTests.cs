using System.Text.Json;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>What no job can mean is refused at the call, by the name of the option, and nothing is added.</summary>
public abstract class ValidationTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly Dictionary<string, (string Option, JobOptions Options)> Refused = new()
    {
        ["an empty id"] = ("JobId", new() { JobId = "" }),
        ["an integer as id"] = ("JobId", new() { JobId = "12" }),
        ["an integer above 32 bits as id"] = ("JobId", new() { JobId = "99999999999999999999" }),
        ["a negative integer as id"] = ("JobId", new() { JobId = "-12" }),
        ["an id with a colon"] = ("JobId", new() { JobId = "a:b" }),
        ["an id of a numbered job's part"] = ("JobId", new() { JobId = "1:a:b" }),
        ["an id in the queue's own keys"] = ("JobId", new() { JobId = "repeat:a:b" }),
        ["the name of a key of the queue as id"] = ("JobId", new() { JobId = "prioritized" }),
        ["no attempt"] = ("Attempts", new() { Attempts = 0 }),
        ["negative attempts"] = ("Attempts", new() { Attempts = -1 }),
        ["a negative delay"] = ("Delay", new() { Delay = TimeSpan.FromMilliseconds(-1) }),
        ["a negative priority"] = ("Priority", new() { Priority = -1 }),
        ["a priority below the lowest"] = ("Priority", new() { Priority = JobOptions.LowestPriority + 1 }),
        ["a negative number of stack traces"] = ("StackTraceLimit", new() { StackTraceLimit = -1 }),
        ["a negative number of log lines"] = ("KeepLogs", new() { KeepLogs = -1 }),
        ["a negative size"] = ("SizeLimit", new() { SizeLimit = -1 }),
        ["a payload above the size limit"] = ("SizeLimit", new() { SizeLimit = 6 }),
        ["a timestamp before time"] = ("Timestamp", new() { Timestamp = DateTimeOffset.UnixEpoch }),
        ["an empty scheduler's key"] = ("RepeatJobKey", new() { RepeatJobKey = "" }),
        ["completed jobs that are never removed"] = ("RemoveOnComplete", new() { RemoveOnComplete = KeepJobs.Count(1) with { RemovalLimit = 0 } }),
        ["failed jobs that are never removed"] = ("RemoveOnFail", new() { RemoveOnFail = KeepJobs.Count(1) with { RemovalLimit = -1 } }),
        ["a backoff without a type"] = ("Backoff", new() { Backoff = new BackoffOptions("", TimeSpan.Zero) }),
        ["a negative backoff"] = ("Backoff", new() { Backoff = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(-1)) }),
        ["a jitter above one"] = ("Backoff", new() { Backoff = Jitter(1.01) }),
        ["a negative jitter"] = ("Backoff", new() { Backoff = Jitter(-0.01) }),
        ["a jitter that is no number"] = ("Backoff", new() { Backoff = Jitter(double.NaN) }),
        ["deduplication without an id"] = ("Deduplication", new() { Deduplication = new DeduplicationOptions("") }),
        ["deduplication for no time"] = ("Deduplication", new() { Deduplication = new DeduplicationOptions("a") { Ttl = TimeSpan.Zero } }),
        ["deduplication for a negative time"] = ("Deduplication", new() { Deduplication = new DeduplicationOptions("a") { Ttl = -TimeSpan.FromHours(1) } }),
        ["the replaced option debounce"] = ("Others", new() { Others = Other("debounce") }),
        ["delay together with repeat"] = ("Others", new() { Delay = TimeSpan.FromHours(1), Others = Other("repeat") }),
    };

    public static TheoryData<string> Cases { get; } = [.. Refused.Keys];

    [Theory, MemberData(nameof(Cases))]
    public async Task Refused_by_name(string what)
    {
        var (option, options) = Refused[what];

        (await Should.ThrowAsync<ArgumentException>(() => Add(options, "\"ünï\""))).ParamName.ShouldBe(option);
        (await Should.ThrowAsync<ArgumentException>(() => Queue.AddBulkAsync([new NewJob("work", Json("1")), new NewJob("work", Json("\"ünï\""), options)]))).ParamName.ShouldBe(option);

        (await Queue.GetJobCountsAsync()).Values.ShouldAllBe(count => count == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a:b")]
    public void A_queue_name_that_is_empty_or_has_a_colon_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => new Queue(name, Redis.Connection)).ParamName.ShouldBe("name");

    [Fact]
    public async Task A_job_without_a_name_is_refused()
    {
        await Should.ThrowAsync<ArgumentNullException>(() => Queue.AddAsync(null!, Json("1")));
        await Should.ThrowAsync<ArgumentNullException>(() => Queue.AddBulkAsync([new NewJob(null!, Json("1"))]));
        await Should.ThrowAsync<ArgumentNullException>(() => Queue.AddBulkAsync(null!));
    }

    [Fact]
    public async Task An_empty_deduplication_id_names_no_key()
    {
        (await Should.ThrowAsync<ArgumentException>(() => Queue.GetDeduplicationJobIdAsync(""))).ParamName.ShouldBe("deduplicationId");
        (await Should.ThrowAsync<ArgumentException>(() => Queue.RemoveDeduplicationKeyAsync(""))).ParamName.ShouldBe("deduplicationId");
    }

    [Fact]
    public void Default_options_are_checked_when_the_queue_is_opened() =>
        Should.Throw<ArgumentException>(() => new Queue("a", Redis.Connection, new QueueOptions { DefaultJobOptions = new() { Attempts = -1 } })).ParamName.ShouldBe("Attempts");

    private static BackoffOptions Jitter(double jitter) => BackoffOptions.Fixed(TimeSpan.Zero) with { Jitter = jitter };

    private static Dictionary<string, JsonElement> Other(string name) => new() { [name] = JsonDocument.Parse("""{"id":"a"}""").RootElement };
}
