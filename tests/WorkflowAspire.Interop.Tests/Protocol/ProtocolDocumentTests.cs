using System.Text.Json.Nodes;
using StackExchange.Redis;

namespace WorkflowAspire.Interop.Tests.Protocol;

/// <summary>docs/protocol.md names what there is.</summary>
public sealed class ProtocolDocumentTests(InteropServers servers)
{
    public static TheoryData<int> Versions { get; } = [6, 5];

    [Fact]
    public void Every_key_that_our_scripts_declare_is_described()
    {
        var keys = new QueueKeys("bull", "q");

        keys.All.Select(key => key.ToString()[keys.Base.Length..]).Except(ProtocolDocument.Rows("Keys").Keys).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_key_field_option_and_event_that_Node_leaves_is_described(int version)
    {
        var name = $"busy-{Guid.NewGuid():N}";
        var queue = new NodeQueue(servers.Node, servers.Redis.Connection, version, name);
        await BusyQueue.MakeAsync(queue);
        (JobOptions Rule, int Attempts)[] flows =
        [
            (new(), 0), (new() { FailParentOnFailure = true }, 2), (new() { ContinueParentOnFailure = true }, 3),
            (new() { IgnoreDependencyOnFailure = true }, 0), (new() { RemoveDependencyOnFailure = true }, 0),
        ];
        foreach (var (rule, attempts) in flows)
            await BusyQueue.MakeFlowAsync(new NodeQueue(servers.Node, servers.Redis.Connection, version, $"{name}-flow{Guid.NewGuid():N}"), rule, attempts);

        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var key in servers.Redis.Connection.GetServers()[0].Keys(pattern: $"bull:{name}*"))
            unknown.UnionWith(await UnknownInAsync(key));

        unknown.ShouldBeEmpty();
    }

    private async Task<IEnumerable<string>> UnknownInAsync(RedisKey key)
    {
        var database = servers.Redis.Connection.GetDatabase();
        var part = key.ToString().Split(':', 3)[2];
        var type = await database.KeyTypeAsync(key);
        if (type == RedisType.Stream) return (await database.StreamRangeAsync(key)).SelectMany(UnknownIn);
        HashEntry[] hash = type == RedisType.Hash ? await database.HashGetAllAsync(key) : [];
        var fields = hash.Select(entry => entry.Name.ToString()).ToArray();
        if (fields.Contains("timestamp"))
            return Missing("A job's hash", fields).Concat(Missing("Options", JsonNode.Parse(hash.First(entry => entry.Name == "opts").Value.ToString())!.AsObject().Select(option => option.Key)));

        var described = ProtocolDocument.Rows("Keys");
        var shape = described.ContainsKey(part) ? part : Shape(part);
        if (!described.ContainsKey(shape)) return [$"Keys: {part} ({type})"];
        return shape switch
        {
            "meta" => Missing("Meta", fields),
            "repeat:{scheduler}" => Missing("Schedulers", fields),
            "metrics:completed" or "metrics:failed" => Missing("Metrics", fields),
            "dn:{deduplication id}" => Missing("Deduplication", fields),
            _ => [],
        };
    }

    private static string Shape(string part) => part.Split(':')[0] switch
    {
        "repeat" => "repeat:{scheduler}",
        "de" => "de:{deduplication id}",
        "dn" => "dn:{deduplication id}",
        _ => $"{{id}}:{part.Split(':')[^1]}",
    };

    private static IEnumerable<string> UnknownIn(StreamEntry entry)
    {
        var name = entry.Values[0].Value.ToString();
        if (!ProtocolDocument.Rows("Events").TryGetValue(name, out var row)) return [$"Events: {name}"];
        return entry.Values.Skip(1).Select(field => field.Name.ToString()).Where(field => !row.Contains($"`{field}`", StringComparison.Ordinal)).Select(field => $"Events: {name} {field}");
    }

    private static IEnumerable<string> Missing(string section, IEnumerable<string> names) =>
        names.Except(ProtocolDocument.Names(section)).Select(name => $"{section}: {name}");
}
