using System.Net;
using System.Net.Sockets;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

/// <summary>A worker process of its own, killed while it executes a run.</summary>
public class KilledWorkerTests(RedisServer redis) : FairnessSpecification(redis)
{
    private readonly TcpListener _endpoint = new(IPAddress.Loopback, 0);
    private TcpClient? _connection;

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>(base.Settings)
    {
        ["Worker:LockDuration"] = "00:00:02",
        ["Worker:Tenants:FallbackDelay"] = "00:00:01",
        [$"Worker:Tenants:Overrides:{Busy}:MaxConcurrentRuns"] = "1",
    };

    [Fact]
    public async Task A_killed_workers_place_holds_as_long_as_its_lease_and_then_comes_free()
    {
        await StopWorker();
        await using var process = StartProcess();
        await HangingRun();
        await Eventually.True(async () => await PlacesOf(Busy) == 1);

        process.Kill();
        await process.WaitForExitAsync();

        (await PlacesOf(Busy)).ShouldBe(1);
        await AnotherWorker();
        await Reaches(await Submit(Busy), RunStatus.Completed);
        await Eventually.True(async () => await PlacesOf(Busy) == 0);
    }

    // It asks an endpoint that takes the connection and never answers.
    private async Task HangingRun()
    {
        _endpoint.Start();
        var url = $"http://{_endpoint.LocalEndpoint}/";
        await Enqueue(await GivenRun(workflow: "http-extract", tenant: Busy, input: $$"""{"url":"{{url}}","fields":{"a":"/a"} }"""));
        _connection = await _endpoint.AcceptTcpClientAsync().WaitAsync(Patience);
    }

    private ServerProcess StartProcess()
    {
        var environment = new Dictionary<string, string>(Settings.Select(setting => KeyValuePair.Create(setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value!)))
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ConnectionStrings__redis"] = RedisConnectionString,
            ["ConnectionStrings__workflow"] = $"Data Source={DatabaseFile}",
            ["HttpExtract__AllowPrivateAddresses"] = "true",
            ["Worker__Path"] = WorkerPath,
        };
        return new ServerProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, "WorkflowAspire.Worker.dll")], AppContext.BaseDirectory, environment);
    }

    protected override async ValueTask DisposeOthersAsync()
    {
        _connection?.Dispose();
        _endpoint.Dispose();
        await base.DisposeOthersAsync();
    }
}
