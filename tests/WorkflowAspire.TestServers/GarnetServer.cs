using System.Globalization;

namespace WorkflowAspire.TestServers;

/// <summary>One Garnet for a test assembly, in this process.</summary>
public sealed class GarnetServer : RedisCompatibleServer
{
    private Garnet.GarnetServer? _server;

    public override void Start()
    {
        _server = new Garnet.GarnetServer(
            ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--lua", "true", "--lua-transaction-mode", "true", "-q"]);
        _server.Start();
    }

    public override Task KillAsync()
    {
        _server?.Dispose();
        return Task.CompletedTask;
    }
}
