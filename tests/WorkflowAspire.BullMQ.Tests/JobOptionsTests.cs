using System.Text.Json;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>The options a job was added with come back, and the queue's defaults fill what they leave open.</summary>
public abstract class JobOptionsTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly JobOptions Chosen = new()
    {
        Attempts = 3,
        Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)) with { Jitter = 0.5 },
        Delay = TimeSpan.FromHours(1),
        Priority = 9,
        Lifo = true,
        RemoveOnComplete = KeepJobs.Count(100),
        RemoveOnFail = KeepJobs.Age(TimeSpan.FromHours(1), 10) with { RemovalLimit = 5 },
        StackTraceLimit = 4,
        KeepLogs = 7,
        SizeLimit = 1000,
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
        Deduplication = new DeduplicationOptions("kind") { Ttl = TimeSpan.FromHours(1), Extend = true, Replace = true, Reschedule = true, KeepLastIfActive = true },
        Telemetry = new JobTelemetry { Metadata = "trace", OmitContext = false },
        RepeatJobKey = "nightly",
        Others = new Dictionary<string, JsonElement> { ["ours"] = JsonDocument.Parse("""{"deep":[1,null,"ünï"]}""").RootElement },
    };

    [Fact]
    public async Task Every_option_comes_back_as_it_was_chosen()
    {
        var read = (await Queue.GetJobAsync((await Add(Chosen)).Id))!;

        ShouldBeEqual(read.Options, Chosen, except: nameof(JobOptions.RepeatJobKey));
        read.RepeatJobKey.ShouldBe("nightly");
        read.DeduplicationId.ShouldBe("kind");
    }

    [Fact]
    public async Task Options_that_were_not_chosen_come_back_so()
    {
        var read = (await Queue.GetJobAsync((await Add()).Id))!;

        read.Options.ShouldBe(new JobOptions());
        ((string?)await Redis.Connection.GetDatabase().HashGetAsync(Key(read.Id), "opts")).ShouldBe("""{"attempts":0}""");
    }

    [Fact]
    public async Task Every_default_reaches_a_job_that_leaves_its_option_open()
    {
        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { DefaultJobOptions = Chosen with { JobId = "never" } });

        ShouldBeEqual((await queue.AddAsync("work", Json("1"))).Options, Chosen);
        ShouldBeEqual((await queue.AddAsync("work", Json("1"), new JobOptions { JobId = "own" })).Options, Chosen with { JobId = "own" });
    }

    [Fact]
    public async Task An_option_of_the_jobs_own_comes_before_the_queues_default()
    {
        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { DefaultJobOptions = Chosen });
        var own = new JobOptions
        {
            Attempts = 1,
            Backoff = BackoffOptions.Fixed(TimeSpan.Zero),
            Delay = TimeSpan.Zero,
            Priority = 0,
            Lifo = false,
            RemoveOnComplete = KeepJobs.All,
            RemoveOnFail = KeepJobs.All,
            StackTraceLimit = 0,
            KeepLogs = 0,
            SizeLimit = 0,
            Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(1_600_000_000_000),
            Deduplication = new DeduplicationOptions("own"),
            Telemetry = new JobTelemetry(),
            RepeatJobKey = "weekly",
            Others = new Dictionary<string, JsonElement> { ["ours"] = JsonDocument.Parse("2").RootElement },
        };

        var job = await queue.AddAsync("work", Json("1"), own);

        ShouldBeEqual(job.Options, own);
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_payload_within_the_size_limit_is_added_and_no_limit_is_none()
    {
        await Add(new JobOptions { SizeLimit = 7 }, "\"ünï\"");
        await Add(new JobOptions { SizeLimit = 0 }, "\"ünï\"");

        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(2);
    }

    public static MatrixTheoryData<string, string> StrangeOptions { get; } = new(
        ["backoff", "cpof", "de", "delay", "fpof", "idof", "jobId", "kl", "lifo", "omc", "parent", "priority", "rdof", "removeOnComplete", "removeOnFail", "repeat",
            "sizeLimit", "stackTraceLimit", "timestamp", "tm", "ours"],
        [
            "\"5\"", "\"many\"", "\"\"", "\"true\"", "true", "false", "null", "7.5", "-3", "1e300", "[]", "[1]", "{}", "\"\\ud800\"",
            """{"id":7,"queue":null}""", """{"type":5,"delay":"x","jitter":[]}""", """{"type":"\ud800","id":"\ud800","queue":"\ud800"}""",
            """{"count":"x","age":-1,"limit":{}}""", """{"count":1e300,"age":1e300,"limit":1e300,"ttl":1e300,"delay":1e300}""",
        ]);

    [Theory, MemberData(nameof(StrangeOptions))]
    public async Task A_strange_option_costs_a_job_none_of_the_others(string option, string value)
    {
        var job = await Add();
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), "opts", $$$"""{"{{{option}}}":{{{value}}},"attempts":"5","own":{"deep":1}}""");

        var read = (await Queue.GetJobAsync(job.Id))!.Options;

        read.Attempts.ShouldBe(5);
        read.Others!["own"].GetProperty("deep").GetInt32().ShouldBe(1);
        // What was read can be given to another job.
        if (option != "jobId") await Queue.AddAsync("again", Json("1"), read with { Parent = null, Delay = null, Deduplication = null, Others = null });
    }

    [Fact]
    public async Task An_option_as_deep_as_Redis_takes_it_costs_a_job_none_of_the_others()
    {
        var job = await Add();
        var deep = string.Concat(Enumerable.Repeat("[", 900)) + string.Concat(Enumerable.Repeat("]", 900));
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), "opts", $$"""{"deep":{{deep}},"attempts":3}""");

        (await Queue.GetJobAsync(job.Id))!.Options.Attempts.ShouldBe(3);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"many\"")]
    [InlineData("-2")]
    public async Task Attempts_that_are_no_number_are_one_and_the_other_options_hold(string attempts)
    {
        var job = await Add();
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), "opts", $$"""{"attempts":{{attempts}},"kl":"3"}""");

        var read = (await Queue.GetJobAsync(job.Id))!;

        (read.Options.Attempts, read.HasAttemptsLeft, read.Options.KeepLogs).ShouldBe((null, false, 3));
    }

    // By property, so that one that is added later can't be forgotten.
    private static void ShouldBeEqual(JobOptions actual, JobOptions expected, string? except = null)
    {
        foreach (var property in typeof(JobOptions).GetProperties().Where(property => property.Name != except))
        {
            if (property.Name == nameof(JobOptions.Others)) JsonSerializer.Serialize(actual.Others).ShouldBe(JsonSerializer.Serialize(expected.Others));
            else property.GetValue(actual).ShouldBe(property.GetValue(expected), property.Name);
        }
    }
}
