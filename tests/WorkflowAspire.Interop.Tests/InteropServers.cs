using WorkflowAspire.TestServers;

[assembly: AssemblyFixture(typeof(WorkflowAspire.Interop.Tests.InteropServers))]

namespace WorkflowAspire.Interop.Tests;

/// <summary>One Redis and one Node process for all tests of the assembly.</summary>
public sealed class InteropServers : IAsyncLifetime
{
    private NodeProcess? _node;

    public RedisServer Redis { get; } = new();

    public NodeProcess Node => _node ?? throw new InvalidOperationException("The servers are not started.");

    public async ValueTask InitializeAsync()
    {
        await Redis.InitializeAsync();
        _node = new NodeProcess(Redis.Port);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is { } node) await node.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
