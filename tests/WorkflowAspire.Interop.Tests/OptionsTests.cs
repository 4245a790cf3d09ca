using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Each side reads the options that the other stored, under the names it knows.</summary>
public class OptionsTests(InteropServers servers) : InteropSpecification(servers)
{
    private static readonly JobOptions EveryOption = new()
    {
        JobId = "mine",
        Attempts = 3,
        Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)) with { Jitter = 0.5 },
        Delay = TimeSpan.FromHours(1),
        Priority = 5,
        Lifo = true,
        RemoveOnComplete = KeepJobs.Count(100),
        RemoveOnFail = KeepJobs.Age(TimeSpan.FromHours(1), 10),
        StackTraceLimit = 5,
        KeepLogs = 7,
        SizeLimit = 1000,
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123),
        Deduplication = new DeduplicationOptions("kind") { Ttl = TimeSpan.FromHours(1), Extend = true, Replace = true, KeepLastIfActive = true },
        Telemetry = new JobTelemetry { Metadata = "trace", OmitContext = true },
    };

    [Theory, MemberData(nameof(Versions))]
    public async Task Node_reads_every_option_that_we_store(int version)
    {
        await Add(EveryOption);

        var read = (await Node(version).GetJobAsync("mine"))!["opts"]!.AsObject();

        var written = NodeOptions.Of(EveryOption);
        read.Select(option => option.Key).ShouldBe(written.Select(option => option.Key), ignoreOrder: true);
        foreach (var (name, value) in written) JsonNode.DeepEquals(read[name], value).ShouldBeTrue(name);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task We_read_every_option_that_Node_stores(int version)
    {
        await Node(version).AddAsync(1, NodeOptions.Of(EveryOption));

        (await Queue.GetJobAsync("mine"))!.Options.ShouldBe(EveryOption);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Options_that_we_do_not_know_survive_being_added_again(int version)
    {
        var id = await Node(version).AddAsync(1, new JsonObject { ["ours"] = new JsonObject { ["deep"] = new JsonArray(1, "ünï") }, ["failParentOnFailure"] = true });

        var again = await Add((await Queue.GetJobAsync(id))!.Options with { JobId = "again" });

        var opts = (await Node(version).GetJobAsync(again.Id))!["opts"]!;
        opts["ours"]!.ToJsonString(JsonSerializerOptions.Web).ShouldBe("""{"deep":[1,"\u00FCn\u00EF"]}""");
        opts["failParentOnFailure"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_number_as_backoff_reads_as_a_fixed_one(int version)
    {
        var id = await Node(version).AddAsync(1, new JsonObject { ["backoff"] = 250 });

        (await Queue.GetJobAsync(id))!.Options.Backoff.ShouldBe(BackoffOptions.Fixed(TimeSpan.FromMilliseconds(250)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_scheduled_jobs_key_is_read_from_beside_its_options(int version)
    {
        var theirs = await Node(version).AddAsync(1, new JsonObject { ["repeatJobKey"] = "nightly", ["delay"] = 3_600_000 });

        (await Queue.GetJobAsync(theirs))!.RepeatJobKey.ShouldBe("nightly");
    }
}
