using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The AppHost's own process, told to stop in the middle of runs, and started again on the same data.</summary>
public sealed class StopTests(ScriptedEndpoint endpoint) : IAsyncDisposable
{
    private const int Runs = 60;
    private const int LongEach = 6;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly string AppHostPath = Path.Combine(
        Projects.WorkflowAspire_AppHost.ProjectPath, Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."), AppContext.BaseDirectory), "WorkflowAspire.AppHost.dll");

    private readonly string _folder = Directory.CreateTempSubdirectory("apphost-stop-").FullName;
    private readonly int _apiPort = ServerProcess.FreePort();
    private readonly int _redisPort = ServerProcess.FreePort();
    private readonly HttpClient _api = new();
    private readonly TaskCompletionSource _goOn = new();

    [Fact]
    public async Task A_stop_under_load_ends_in_order_and_all_runs_complete_after_the_next_start()
    {
        await using var first = await StartAsync();
        var runs = await SubmitAsync();
        await Eventually.True(async () => (await CompletedAsync(runs)).Count >= Runs / 3);
        var children = Children();

        first.Signal("TERM");
        await first.WaitForExitAsync().WaitAsync(Deadline);

        first.ExitCode.ShouldBe(0);
        children.Count.ShouldBe(5);
        children.ShouldAllBe(id => !Directory.Exists($"/proc/{id}"));
        Stopped(first).TakeLast(2).ShouldBe(["postgres", "redis"]);
        Stopped(first).SkipLast(2).ShouldBe(["api", "worker-1", "worker-2"], ignoreOrder: true);

        _goOn.SetResult();
        await using var next = await StartAsync();
        await Eventually.Get(() => CompletedAsync(runs), completed => completed.Count == Runs);
        next.Output.ShouldNotContain("Recovering stale run");
        next.Signal("TERM");
        await next.WaitForExitAsync().WaitAsync(Deadline);
        next.ExitCode.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        _goOn.TrySetResult();
        _api.Dispose();
        await Eventually.True(() => !File.Exists(Path.Combine(_folder, "children")) || Children().TrueForAll(id => !Directory.Exists($"/proc/{id}")));
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<ServerProcess> StartAsync()
    {
        var appHost = new ServerProcess("dotnet", [
            AppHostPath, "--Local:Redis=server", "--Local:Database=postgres", "--WORKER_REPLICAS=2", $"--Local:DataPath={_folder}",
            string.Create(CultureInfo.InvariantCulture, $"--REDIS_PORT={_redisPort}"), string.Create(CultureInfo.InvariantCulture, $"--ADMIN_API_PORT={_apiPort}"),
        ], environment: new Dictionary<string, string>
        {
            ["Worker__StopTimeout"] = "00:00:02",
            ["HttpExtract__AllowPrivateAddresses"] = "true",
        });
        await Eventually.True(() => appHost.HasExited || appHost.Output.Contains("Ctrl-C stops everything", StringComparison.Ordinal));
        appHost.HasExited.ShouldBeFalse(appHost.Output);
        return appHost;
    }

    // The endpoint leaves every sixth run waiting until the test lets it go on.
    private async Task<IReadOnlyList<Guid>> SubmitAsync()
    {
        var quick = endpoint.Answering(_ => Results.Json(new { name = "Ada" }));
        var slow = endpoint.Answering(async _ =>
        {
            await _goOn.Task;
            return Results.Json(new { name = "Ada" });
        });
        var runs = new List<Guid>();
        for (var i = 0; i < Runs; i++)
        {
            var input = new { url = i % LongEach == 0 ? slow : quick, fields = new { name = "/name" } };
            var response = await _api.PostAsJsonAsync(Api("workflows/http-extract/runs"), new { tenantId = Guid.NewGuid(), input });
            response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
            runs.Add((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid());
        }

        return runs;
    }

    private async Task<IReadOnlyList<Guid>> CompletedAsync(IReadOnlyList<Guid> runs)
    {
        var completed = new List<Guid>();
        foreach (var id in runs)
            if ((await _api.GetFromJsonAsync<JsonElement>(Api($"runs/{id}"))).GetProperty("status").GetString() == "completed") completed.Add(id);
        return completed;
    }

    private Uri Api(string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_apiPort}/api/{path}"));

    private List<int> Children() => [.. File.ReadLines(Path.Combine(_folder, "children")).Select(line => int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture))];

    // In the order in which they say so.
    private static List<string> Stopped(ServerProcess appHost) =>
        [.. appHost.Lines.Where(line => line.EndsWith("| stopped, exit code 0", StringComparison.Ordinal)).Select(line => line.Split('|')[^2].Trim().Split(' ')[^1])];
}
