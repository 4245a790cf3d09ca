using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>What Node's package refuses to add ours refuses too, and what it takes ours takes.</summary>
public class ValidationTests(InteropServers servers) : InteropSpecification(servers)
{
    private static readonly Dictionary<string, JobOptions> Refused = new()
    {
        ["an integer as id"] = new() { JobId = "12" },
        ["a large integer as id"] = new() { JobId = "123456789012345" },
        ["a negative integer as id"] = new() { JobId = "-7" },
        ["zero as id"] = new() { JobId = "0" },
        ["an id of two parts"] = new() { JobId = "a:b" },
        ["an id of four parts"] = new() { JobId = "a:b:c:d" },
        ["an id that begins like a number's"] = new() { JobId = "0:a:b" },
        ["a priority below the lowest"] = new() { Priority = JobOptions.LowestPriority + 1 },
        ["a jitter above one"] = new() { Backoff = BackoffOptions.Fixed(TimeSpan.Zero) with { Jitter = 1.5 } },
        ["a payload above the size limit"] = new() { SizeLimit = 6 },
        ["deduplication with a parent"] = new() { Deduplication = new DeduplicationOptions("kind"), Parent = new ParentOptions("p", "bull:other") },
        ["deduplication without an id"] = new() { Deduplication = new DeduplicationOptions("") },
    };

    private static readonly Dictionary<string, JobOptions> Taken = new()
    {
        ["an id that only begins as an integer"] = new() { JobId = "12a" },
        ["an id with leading zeros"] = new() { JobId = "007" },
        ["an id of three parts"] = new() { JobId = "a:b:c" },
        ["the lowest priority"] = new() { Priority = JobOptions.LowestPriority },
        ["a jitter of one"] = new() { Backoff = BackoffOptions.Fixed(TimeSpan.Zero) with { Jitter = 1 } },
        ["a payload of the size limit"] = new() { SizeLimit = 7 },
    };

    public static MatrixTheoryData<int, string> CasesRefused { get; } = new([6, 5], Refused.Keys);

    public static MatrixTheoryData<int, string> CasesTaken { get; } = new([6, 5], Taken.Keys);

    [Theory, MemberData(nameof(CasesRefused))]
    public async Task Both_refuse(int version, string what)
    {
        await Should.ThrowAsync<InvalidOperationException>(() => Node(version).AddAsync(JsonNode.Parse(Payload), Options(Refused[what])));
        await Should.ThrowAsync<ArgumentException>(() => Add(Refused[what], Payload));

        (await Queue.GetJobCountsAsync()).Values.ShouldAllBe(count => count == 0);
    }

    [Theory, MemberData(nameof(CasesTaken))]
    public async Task Both_take(int version, string what)
    {
        await Node(version).AddAsync(JsonNode.Parse(Payload), Options(Taken[what]));
        await Add(Taken[what], Payload);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Both_refuse_a_queue_name_that_is_empty_or_has_a_colon(int version)
    {
        foreach (var name in new[] { "", "a:b" })
        {
            await Should.ThrowAsync<InvalidOperationException>(() => Node(version).CreateQueueAsync(name));
            Should.Throw<ArgumentException>(() => new Queue(name, Redis.Connection)).ParamName.ShouldBe("name");
        }
    }

    [Fact]
    public async Task Both_refuse_the_option_that_BullMQ_6_has_replaced()
    {
        var debounce = new JobOptions { Others = new Dictionary<string, JsonElement> { ["debounce"] = JsonDocument.Parse("""{"id":"a"}""").RootElement } };

        await Should.ThrowAsync<InvalidOperationException>(() => Node(6).AddAsync(1, Options(debounce)));
        await Should.ThrowAsync<ArgumentException>(() => Add(debounce));
    }

    [Fact]
    public async Task Both_refuse_a_delay_together_with_the_repeat_option_of_BullMQ_5()
    {
        var repeat = new JobOptions { Delay = TimeSpan.FromHours(1), Others = new Dictionary<string, JsonElement> { ["repeat"] = JsonDocument.Parse("""{"every":1000}""").RootElement } };

        await Should.ThrowAsync<InvalidOperationException>(() => Node(5).AddBulkAsync((1, Options(repeat))));
        await Should.ThrowAsync<ArgumentException>(() => Add(repeat));
    }

    // Seven bytes with the quotes, three of them of two-byte letters.
    private const string Payload = "\"ünï\"";

    private static JsonObject Options(JobOptions options) => NodeOptions.Of(options);
}
