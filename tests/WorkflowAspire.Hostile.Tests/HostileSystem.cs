using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Hostile.Tests;

/// <summary>An API and a worker as their operators start them, with a Redis server and a SQLite file, and somebody who watches their memory.</summary>
internal sealed class HostileSystem : IAsyncDisposable
{
    private const long EvaluatorHeap = 96_000_000;

    // Beside its heap: the runtime, its code, and a stack of up to 16 MB.
    private const long MostOfEvaluator = EvaluatorHeap + 200_000_000;
    private const long MostOfService = 900_000_000;

    private readonly RedisServer _redis = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("hostile-").FullName;
    private readonly List<ServerProcess> _services = [];
    private readonly ConcurrentDictionary<string, long> _memory = [];
    private readonly CancellationTokenSource _watching = new();
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(2) };
    private Task _watch = Task.CompletedTask;

    public IReadOnlyDictionary<string, long> Memory => _memory;

    public static async Task<HostileSystem> StartAsync()
    {
        var system = new HostileSystem();
        await system._redis.InitializeAsync();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ServerProcess.FreePort()}");
        system._client.BaseAddress = new Uri(address);
        system.Start("WorkflowAspire.AdminApi", address);
        await Eventually.True(async () => await system.IsReadyAsync("/health"));
        var worker = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ServerProcess.FreePort()}");
        system.Start("WorkflowAspire.Worker", worker);
        await Eventually.True(async () => await system.IsReadyAsync($"{worker}/health"));
        system._watch = Task.Run(system.WatchAsync);
        return system;
    }

    /// <summary>Sends an attack as a tenant of its own; returns the runs that were accepted.</summary>
    public async Task<List<Guid>> ThrowAsync(Attack attack)
    {
        var (tenant, runs) = (Guid.NewGuid(), new List<Guid>());
        var saved = await SendAsync(HttpMethod.Put, $"/api/tenants/{tenant}/workflows/test", attack.Definition);
        foreach (var input in attack.Inputs)
        {
            var submitted = await SendAsync(HttpMethod.Post, "/api/workflows/test/runs", $$"""{"tenantId":"{{tenant}}","input":{{input}}}""");
            if (submitted.Status != HttpStatusCode.Accepted) continue;
            saved.Status.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.OK);
            var run = submitted.Body.GetProperty("id").GetGuid();
            runs.Add(run);
            await SendAsync(HttpMethod.Post, $"/api/runs/{run}/signals/go", attack.Signal);
        }

        return runs;
    }

    /// <summary>Waits until a run has ended, or waits for something that nobody sends; then it is cancelled.</summary>
    public async Task EndsAsync(Guid run)
    {
        for (var stop = Stopwatch.StartNew(); stop.Elapsed < TimeSpan.FromMinutes(5); await Task.Delay(100))
        {
            var status = (await SendAsync(HttpMethod.Get, $"/api/runs/{run}", null)).Body.GetProperty("status").GetString();
            if (status is "completed" or "failed" or "cancelled") return;
            if (status is "waiting") await SendAsync(HttpMethod.Post, $"/api/runs/{run}/cancel", null);
        }

        throw new TimeoutException($"Run {run} has no outcome.");
    }

    /// <summary>No process has ended, none has taken more memory than it may, and lists can be read.</summary>
    public async Task IsUnharmedAsync()
    {
        foreach (var service in _services) service.HasExited.ShouldBeFalse(service.HasExited ? $"ended with {service.ExitCode}: {service.Output[^Math.Min(4000, service.Output.Length)..]}" : "");
        (await SendAsync(HttpMethod.Get, "/api/runs?limit=500", null)).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var (name, bytes) in _memory) bytes.ShouldBeLessThan(name.StartsWith("evaluator", StringComparison.Ordinal) ? MostOfEvaluator : MostOfService, name);
    }

    public async ValueTask DisposeAsync()
    {
        await _watching.CancelAsync();
        await _watch;
        foreach (var service in _services) await service.DisposeAsync();
        await _redis.DisposeAsync();
        _client.Dispose();
        _watching.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Start(string service, string address) => _services.Add(new ServerProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{service}.dll")], AppContext.BaseDirectory, new Dictionary<string, string>
    {
        ["ASPNETCORE_URLS"] = address,
        ["REDIS_HOST"] = "127.0.0.1",
        ["REDIS_PORT"] = _redis.Port.ToString(CultureInfo.InvariantCulture),
        ["ConnectionStrings__workflow"] = $"Data Source={Path.Combine(_folder, "workflow.db")}",
        // Short, so that an attack that reaches them doesn't take long; what is computed in vain is the same.
        ["Definitions__ExpressionTimeout"] = "00:00:00.200",
        ["Definitions__CodeTimeout"] = "00:00:00.300",
        ["Definitions__TemplateTimeout"] = "00:00:00.200",
        ["Definitions__SchemaTimeout"] = "00:00:00.500",
        ["Definitions__ReadTimeout"] = "00:00:02",
        ["Definitions__Evaluators__MaxHeap"] = EvaluatorHeap.ToString(CultureInfo.InvariantCulture),
        ["Definitions__Evaluators__WaitLimit"] = "00:05:00",
        ["Definitions__Http__AllowPrivateAddresses"] = "true",
        ["ExecutionQueue__Attempts"] = "1",
        ["Workflows__Step__Attempts"] = "1",
        ["Logging__LogLevel__Default"] = "Warning",
    }));

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, new UTF8Encoding(false), "application/json") };
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBeLessThan(500, $"{method} {path} answered {text[..Math.Min(1000, text.Length)]} to {body?[..Math.Min(2000, body.Length)]}\n{string.Join('\n', _services[0].Lines.TakeLast(20))}");
        // What the API shows can be read by whoever reads JSON.
        return (response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    private async Task<bool> IsReadyAsync(string path)
    {
        _services[^1].HasExited.ShouldBeFalse(_services[^1].Output);
        try
        {
            return (await _client.GetAsync(path)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task WatchAsync()
    {
        while (!_watching.IsCancellationRequested)
        {
            foreach (var service in _services)
            {
                Note($"service {service.Id}", service.Id);
                foreach (var child in Children(service.Id)) Note($"evaluator {child}", child, "WorkflowAspire.Evaluator.dll");
            }

            await Task.Delay(100);
        }
    }

    // A child that has not become its own program yet still has its parent's memory.
    private void Note(string name, int process, string program = "")
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            if (!File.ReadAllText($"/proc/{process}/cmdline").Contains(program, StringComparison.Ordinal)) return;
            var resident = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            if (resident is null) return;
            var bytes = long.Parse(resident.AsSpan("VmRSS:".Length..).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
            _memory.AddOrUpdate(name, bytes, (_, most) => Math.Max(most, bytes));
        }
        catch (IOException)
        {
            // It has ended in the meantime.
        }
    }

    private static List<int> Children(int process)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{process}/task")
                .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
