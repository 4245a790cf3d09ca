using System.Reflection;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ.Tests;

public class SameSlotTests
{
    [Fact]
    public void Queues_in_different_slots_of_a_cluster_are_refused_with_a_way_out()
    {
        var refused = Should.Throw<InvalidOperationException>(() => SameSlot.Demand(Cluster.Create(), "bull:orders", "bull:mails"));

        refused.Message.ShouldContain("'bull:orders' and 'bull:mails'");
        refused.Message.ShouldContain("'{bull}'");
    }

    [Fact]
    public void Queues_that_share_a_hash_tag_are_accepted() => SameSlot.Demand(Cluster.Create(), "{bull}:orders", "{bull}:mails");

    [Fact]
    public async Task A_flow_that_a_cluster_would_part_is_not_sent()
    {
        var flows = new FlowProducer(Cluster.Create());

        await Should.ThrowAsync<InvalidOperationException>(() =>
            flows.AddAsync(new FlowJob("work", "orders") { Children = [new FlowJob("work", "mails")] }));
    }

    /// <summary>A connection that knows no more of a cluster than in which slot a key is.</summary>
    public class Cluster : DispatchProxy
    {
        public static IConnectionMultiplexer Create() => DispatchProxy.Create<IConnectionMultiplexer, Cluster>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IConnectionMultiplexer.HashSlot) => Slot(args![0]!.ToString()!),
            nameof(IConnectionMultiplexer.GetDatabase) => DispatchProxy.Create<IDatabase, DatabaseOfCluster>(),
            _ => throw new NotSupportedException(targetMethod.Name),
        };

        private static int Slot(string key) => key[0] == '{' ? key[..key.IndexOf('}', StringComparison.Ordinal)].Length : key.GetHashCode(StringComparison.Ordinal);
    }

    public class DatabaseOfCluster : DispatchProxy
    {
        private readonly IConnectionMultiplexer _cluster = Cluster.Create();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == "get_Multiplexer"
            ? _cluster
            : throw new NotSupportedException(targetMethod.Name);
    }
}
