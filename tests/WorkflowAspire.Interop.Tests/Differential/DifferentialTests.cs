namespace WorkflowAspire.Interop.Tests.Differential;

/// <summary>The same operations by Node's package and by ours leave the same state in Redis, key by key and event by event.</summary>
/// <remarks>
/// Where the two versions differ, in where the waiting jobs of a paused queue are, ours follows BullMQ 6, which leaves them in
/// <c>wait</c>, unless BullMQ 5 made the queue: its resume renames <c>paused</c> over <c>wait</c>, so it must find them in <c>paused</c>.
/// In flows, too, ours follows 6: see <see cref="Scenarios.IsOf"/>.
/// </remarks>
public class DifferentialTests(InteropServers servers)
{
    public static TheoryData<int, string> Cases { get; } =
        [.. Scenarios.Names.SelectMany(name => new[] { 6, 5 }.Where(version => Scenarios.IsOf(version, name)).Select(version => (version, name)))];

    public static MatrixTheoryData<int, string> CasesOnlyIn6 { get; } = new([6], Scenarios.NamesOnlyIn6);

    [Theory]
    [MemberData(nameof(Cases))]
    [MemberData(nameof(CasesOnlyIn6))]
    public async Task Ours_leaves_what_Node_leaves(int version, string scenario)
    {
        var name = $"{scenario.Replace(' ', '-')}-{Guid.NewGuid():N}";
        var theirs = new NodeQueue(servers.Node, servers.Redis.Connection, version, $"node-{name}");
        await theirs.ReadyAsync();
        var ours = new Queue($"net-{name}", servers.Redis.Connection);
        var ourNode = new NodeQueue(servers.Node, servers.Redis.Connection, version, ours.Name);
        if (version == 5) await ourNode.ReadyAsync();

        await Scenarios.RunAsync(scenario, new NodeActor(theirs));
        await Scenarios.RunAsync(scenario, new DotNetActor(ours, ourNode, servers.Redis.Connection));

        (await QueueState.ReadAsync(servers.Redis.Connection, ours.Name)).ShouldBe(await QueueState.ReadAsync(servers.Redis.Connection, $"node-{name}"));
        await Task.WhenAll(theirs.CloseAsync(), ourNode.CloseAsync());
    }
}
