using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;

[assembly: AssemblyFixture(typeof(WorkflowAspire.AppHost.Tests.ScriptedEndpoint))]

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The whole system from its own AppHost: redis-server, PostgreSQL, two workers, the API.</summary>
public sealed class RedisAndPostgres() : RunningSystem("--Local:Redis=server", "--Local:Database=postgres", "--WORKER_REPLICAS=2");

/// <summary>The whole system with nothing but what NuGet has: Garnet, SQLite, two workers, the API.</summary>
public sealed class GarnetAndSqlite() : RunningSystem("--Local:Redis=garnet", "--Local:Database=sqlite", "--WORKER_REPLICAS=2");

/// <summary>One after the other, since a killed process or a paused queue is felt by every other run of the system.</summary>
[CollectionDefinition(nameof(OnRedisAndPostgres))]
public class OnRedisAndPostgres : ICollectionFixture<RedisAndPostgres>;

/// <inheritdoc cref="OnRedisAndPostgres"/>
[CollectionDefinition(nameof(OnGarnetAndSqlite))]
public class OnGarnetAndSqlite : ICollectionFixture<GarnetAndSqlite>;

/// <summary>A system that the tests share, with short locks and waits in place of the runbook's.</summary>
public abstract class RunningSystem(params string[] args) : IAsyncLifetime
{
    private DistributedApplication? _app;

    public HttpClient Api { get; private set; } = null!;

    public IConnectionMultiplexer Redis { get; private set; } = null!;

    public string DatabaseConnectionString { get; private set; } = "";

    public SystemLog Log { get; } = new();

    public TelemetryReceiver Telemetry { get; private set; } = null!;

    public Guid Tenant { get; } = Guid.NewGuid();

    public DistributedApplication Application => _app!;

    public Queue Execution => new("workflow-execution", Redis);

    public Queue DeadLetters => new("workflow-execution-dlq", Redis);

    public int RedisPort => ((System.Net.IPEndPoint)Redis.GetServers().Single().EndPoint).Port;

    public async ValueTask InitializeAsync()
    {
        Telemetry = await TelemetryReceiver.StartAsync();
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.WorkflowAspire_AppHost>(args);
        foreach (var project in builder.Resources.OfType<ProjectResource>())
        {
            builder.CreateResourceBuilder(project)
                .WithEnvironment("Worker__LockDuration", "00:00:02")
                .WithEnvironment("Worker__StalledInterval", "00:00:00.500")
                .WithEnvironment("Worker__MaxStalledCount", "10")
                .WithEnvironment("ExecutionQueue__BackoffDelay", "00:00:00.100")
                .WithEnvironment("Workflows__Step__Attempts", "1")
                .WithEnvironment("HttpExtract__AllowPrivateAddresses", "true")
                .WithEnvironment("RunLimits__MaxInput", "10000000")
                .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", Telemetry.Url)
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
                .WithEnvironment("OTEL_METRIC_EXPORT_INTERVAL", "500")
                .WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", "500")
                .WithEnvironment("OTEL_BLRP_SCHEDULE_DELAY", "500");
        }

        builder.Services.AddLogging(logging => logging.ClearProviders());
        _app = await builder.BuildAsync();
        await _app.StartAsync();
        // Not before: only now each replica has its own name.
        Log.Follow(_app.Services.GetRequiredService<ResourceLoggerService>(), Resource("worker"));
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("worker");
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("api");
        Api = _app.CreateHttpClient("api");
        var redis = ConfigurationOptions.Parse((await _app.GetConnectionStringAsync("redis"))!);
        redis.AllowAdmin = true;
        redis.AbortOnConnectFail = false;
        redis.ResolveDns = true;
        Redis = await ConnectionMultiplexer.ConnectAsync(redis);
        DatabaseConnectionString = (await _app.GetConnectionStringAsync("workflow"))!;
    }

    public async Task<Guid> SubmitAsync(string workflow, object input)
    {
        var response = await Api.PostAsJsonAsync($"/api/workflows/{workflow}/runs", new { tenantId = Tenant, input });
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    public Task<Guid> ExtractAsync(Uri url) => SubmitAsync("http-extract", new { url, fields = new { name = "/name" } });

    public Task<JsonElement> RunAsync(Guid id) => GetAsync($"/api/runs/{id}");

    public async Task<JsonElement> GetAsync(string path)
    {
        var response = await Api.GetAsync(path);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public Task<JsonElement> Reaches(Guid id, string status) =>
        Eventually.Get(() => RunAsync(id), run => run.GetProperty("status").GetString() == status);

    public async Task<JsonElement> DeadLetterAsync(string id)
    {
        var response = await Eventually.Get<HttpResponseMessage>(() => Api.GetAsync($"/api/dlq/{id}"), answer => answer.IsSuccessStatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The process that works on a job: its worker's name ends in the process id.</summary>
    public async Task<int> ProcessOf(Guid jobId)
    {
        var job = await Eventually.Get<Job?>(() => Execution.GetJobAsync(jobId.ToString()), found => found?.ProcessedBy is not null);
        return int.Parse(job!.ProcessedBy!.Split('-')[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>Kills the worker process that works on a job. The orchestrator leaves it dead, so its replica is started again as an operator would.</summary>
    public async Task KillWorkerOf(Guid jobId)
    {
        using (var worker = Process.GetProcessById(await ProcessOf(jobId))) worker.Kill();
        var dead = await Application.ResourceNotifications.WaitForResourceAsync("worker", change => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text));
        (await Application.ResourceCommands.ExecuteCommandAsync(dead.ResourceId, KnownResourceCommands.StartCommand)).Success.ShouldBeTrue();
    }

    /// <summary>Kills the process of a resource, and starts it again as an operator would.</summary>
    public async Task KillAndStartAgainAsync(string name)
    {
        var now = await Application.ResourceNotifications.WaitForResourceAsync(name, change => change.Snapshot.State?.Text == KnownResourceStates.Running);
        var id = Convert.ToInt32(now.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value, CultureInfo.InvariantCulture);
        using (var process = Process.GetProcessById(id)) process.Kill(entireProcessTree: true);
        await Application.ResourceNotifications.WaitForResourceAsync(name, change => KnownResourceStates.TerminalStates.Contains(change.Snapshot.State?.Text));
        (await Application.ResourceCommands.ExecuteCommandAsync(name, KnownResourceCommands.StartCommand)).Success.ShouldBeTrue();
        await Application.ResourceNotifications.WaitForResourceHealthyAsync(name);
        // Its users connect again when they find out.
        await Eventually.True(async () => (await Api.GetAsync("/health")).IsSuccessStatusCode);
    }

    public IResource Resource(string name) => Application.Services.GetRequiredService<DistributedApplicationModel>().Resources.Single(resource => resource.Name == name);

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        if (Redis is not null) await Redis.DisposeAsync();
        if (_app is not null) await _app.DisposeAsync();
        if (Telemetry is not null) await Telemetry.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
