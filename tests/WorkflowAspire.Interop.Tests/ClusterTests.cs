using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>One Redis Cluster, both sides with the same hash tag.</summary>
public sealed class ClusterTests(InteropServers servers, RedisCluster cluster) : IClassFixture<RedisCluster>
{
    [Theory, InlineData(6), InlineData(5)]
    public async Task Node_and_ours_share_a_queue_in_a_cluster(int version)
    {
        var name = $"q-{Guid.NewGuid():N}";
        var queue = new Queue(name, cluster.Connection, new QueueOptions { Prefix = "{bull}" });
        var ours = await queue.AddAsync("work", Json.Bytes("""{"n":1}"""));
        (await NodeAsync(version, name, "getJob", ours.Id))!["data"]!["n"]!.GetValue<int>().ShouldBe(1);
        var theirs = (string)(await NodeAsync(version, name, "add", "work", 2))!["id"]!;

        await using var worker = new Worker(name, (job, _) => Task.FromResult(job.Data), cluster.Connection, new WorkerOptions { Prefix = "{bull}" });
        await worker.StartAsync();

        foreach (var id in new[] { ours.Id, theirs }) await Eventually.Get(() => queue.GetJobStateAsync(id), state => state == JobState.Completed);
        (await NodeAsync(version, name, "getJob", theirs))!["returnvalue"]!.GetValue<int>().ShouldBe(2);
    }

    private Task<JsonNode?> NodeAsync(int version, string name, string method, params JsonNode?[] arguments) =>
        servers.Node.CallAsync(version, "clusterCall", name, new JsonArray([.. cluster.Ports.Select(port => (JsonNode)port)]), method, new JsonArray(arguments));
}
