using System.Globalization;

namespace WorkflowAspire.TestServers;

/// <summary>One redis-server for a test assembly, or for a test that may stop it.</summary>
public sealed class RedisServer : RedisCompatibleServer
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-test-").FullName;
    private ServerProcess? _process;

    /// <summary>Further settings as redis-server takes them on its command line, each name with its two dashes.</summary>
    public IReadOnlyList<string> Settings { get; set; } = [];

    /// <summary>Where the server keeps its data.</summary>
    public string Folder => _folder;

    public override void Start() => _process = new ServerProcess("redis-server",
    [
        "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "always",
        "--dir", _folder, .. Settings,
    ]);

    /// <summary>Sends a signal to the server, for example STOP, so that it hangs, and CONT.</summary>
    public void Signal(string name) => _process!.Signal(name);

    public override async Task KillAsync()
    {
        if (_process is { } process) await process.DisposeAsync();
        _process = null;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
