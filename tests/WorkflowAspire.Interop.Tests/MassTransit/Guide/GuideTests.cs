using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests.MassTransit.Guide;

/// <summary>docs/masstransit.md shows code that compiles and does what is said of it.</summary>
public class GuideTests(InteropServers servers)
{
    private readonly Queue _pictures = new("pictures", servers.Redis.Connection);

    [Fact]
    public void Every_code_block_of_the_guide_is_part_of_the_program_that_runs()
    {
        var program = string.Join('\n', Directory.GetFiles(Repository.Path("tests/WorkflowAspire.Interop.Tests/MassTransit/Guide"), "*.cs").Select(file => Lines(File.ReadAllText(file))));

        var blocks = File.ReadAllText(Repository.Path("docs/masstransit.md")).Split("```csharp\n").Skip(1).Select(block => Lines(block.Split("```")[0])).ToArray();

        blocks.Length.ShouldBeGreaterThan(5);
        foreach (var block in blocks) program.ShouldContain(block);
    }

    [Fact]
    public async Task The_guides_application_consumes_what_Node_adds()
    {
        var node = new NodeQueue(servers.Node, servers.Redis.Connection, 6, "pictures");
        using var host = GuideProgram.Build(servers.Redis.ConnectionString);
        await host.StartAsync();

        var good = await node.AddAsync(Picture("cat.png", 200));
        var late = await node.AddAsync(Picture("late.png", 100));
        var bad = await node.AddAsync(Picture("dog.png", 0), new JsonObject { ["attempts"] = 3 });

        ((string?)(await Finished(node, good))["returnvalue"]!["url"]).ShouldBe("/thumbnails/200/cat.png");
        (await _pictures.GetJobLogsAsync(good)).Rows.ShouldBe(["attempt 1 made /thumbnails/200/cat.png"]);
        ((int)(await Finished(node, late))["attemptsMade"]!).ShouldBe(1);
        ((string?)(await Finished(node, bad))["failedReason"]).ShouldBe("A thumbnail can't be 0 pixels wide.");
        (await new Queue("pictures-dlq", servers.Redis.Connection).GetJobAsync(bad)).ShouldNotBeNull();
        var index = host.Services.GetRequiredService<SearchIndex>();
        await Eventually.True(() => index.Urls.Count == 2);
        await host.StopAsync();
        await node.CloseAsync();
    }

    [Fact]
    public async Task The_guides_test_needs_no_Redis()
    {
        var (processed, isConsumed, index) = await GuideProgram.TestWithoutRedisAsync();

        processed.ShouldAllBe(job => job.State == JobState.Completed);
        isConsumed.ShouldBeTrue();
        index.Urls.ShouldBe(["/a", "/b"], ignoreOrder: true);
    }

    private static JsonObject Picture(string file, int width) => new() { ["file"] = file, ["width"] = width, ["tenantId"] = "acme" };

    private async Task<JsonNode> Finished(NodeQueue node, string id)
    {
        await Eventually.Get(() => _pictures.GetJobStateAsync(id), state => state is JobState.Completed or JobState.Failed);
        return (await node.GetJobAsync(id))!;
    }

    // Neither indentation nor blank lines matter.
    private static string Lines(string code) => string.Join('\n', code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
