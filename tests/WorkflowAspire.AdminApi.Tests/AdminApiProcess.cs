using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Usage;

[assembly: AssemblyFixture(typeof(WorkflowAspire.AdminApi.Tests.AdminApiProcess))]

namespace WorkflowAspire.AdminApi.Tests;

/// <summary>The API as its operators start it: a process of its own, with a Redis server and a SQLite file.</summary>
public sealed class AdminApiProcess : IAsyncLifetime
{
    private readonly RedisServer _redis = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("admin-api-").FullName;
    private readonly List<ServerProcess> _processes = [];
    private ServiceProvider? _services;

    public HttpClient Client { get; private set; } = null!;

    private string DatabaseConnectionString => $"Data Source={Path.Combine(_folder, "workflow.db")}";

    public RedisServer Redis => _redis;

    public RunStore Store => _services!.GetRequiredService<RunStore>();

    public UsageStore Usage => _services!.GetRequiredService<UsageStore>();

    public Queue Execution { get; private set; } = null!;

    public Queue DeadLetters { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _redis.InitializeAsync();
        Client = await StartAsync(_redis.Port);
        await Eventually.True(async () => (await Client.GetAsync("/health")).StatusCode == HttpStatusCode.OK);

        _services = new ServiceCollection()
            .AddSingleton(SqliteFactory.Instance.CreateDataSource(DatabaseConnectionString))
            .AddSingleton<IConnectionMultiplexer>(_redis.Connection)
            .AddWorkflowStore()
            .BuildServiceProvider();
        Execution = new Queue(ExecutionQueue.Name, _redis.Connection);
        DeadLetters = new Queue(ExecutionQueue.DeadLetterName, _redis.Connection);
        await PublishAsync("document-digest", "Digests documents.");
    }

    /// <summary>Starts one more API on the same database, and waits until it answers.</summary>
    public async Task<HttpClient> StartAsync(int redisPort) => (await StartAsync(redisPort, [])).Client;

    /// <summary>The same, with settings of its own.</summary>
    public async Task<(HttpClient Client, ServerProcess Process)> StartAsync(int redisPort, Dictionary<string, string> settings)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ServerProcess.FreePort()}");
        var process = new ServerProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, "WorkflowAspire.AdminApi.dll")], AppContext.BaseDirectory, new Dictionary<string, string>(settings)
        {
            ["ASPNETCORE_URLS"] = address,
            ["ConnectionStrings__redis"] = "nowhere:1",
            ["REDIS_HOST"] = "127.0.0.1",
            ["REDIS_PORT"] = redisPort.ToString(CultureInfo.InvariantCulture),
            ["ConnectionStrings__workflow"] = DatabaseConnectionString,
        });
        _processes.Add(process);
        var client = new HttpClient { BaseAddress = new Uri(address) };
        await Eventually.True(async () => process.HasExited
            ? throw new InvalidOperationException($"The API ended: {process.Output}")
            : await AnswersAsync(client));
        return (client, process);
    }

    public async Task<WorkflowRun> AddRunAsync(RunStatus status = RunStatus.Pending, Guid? tenantId = null, TimeSpan startedAgo = default)
    {
        var now = DateTimeOffset.UtcNow;
        var run = new WorkflowRun(
            Guid.CreateVersion7(now), tenantId ?? Guid.NewGuid(), "document-digest", status, """{"text":"hello"}""", Output: null,
            status == RunStatus.Failed ? "broken" : null, Attempts: 1, now, now, now - startedAgo, CompletedAt: null);
        await Store.CreateAsync(run);
        return run;
    }

    public async Task AddDeadLetterAsync(string jobId, WorkflowRun run, string extra = "")
    {
        var letter = $$$"""
            {"originalJobId":"{{{jobId}}}","runId":"{{{run.Id}}}","tenantId":"{{{run.TenantId}}}","failedAt":"2026-02-11T12:00:00.000Z","attemptsMade":3,
             "errorMessage":"broken","payload":{"runId":"{{{run.Id}}}","tenantId":"{{{run.TenantId}}}","workflowId":"{{{run.WorkflowId}}}"{{{extra}}}}}
            """;
        await DeadLetters.AddAsync("run", System.Text.Encoding.UTF8.GetBytes(letter), new JobOptions { JobId = jobId });
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var process in _processes) await process.DisposeAsync();
        if (_services is not null) await _services.DisposeAsync();
        await _redis.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> AnswersAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync("/alive")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Does what somebody with a database client could do.</summary>
    public async Task ExecuteAsync(string sql, params (string Name, string Value)[] parameters)
    {
        await using var command = _services!.GetRequiredService<DbDataSource>().CreateCommand(sql);
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync();
    }

    // What a worker does when it starts.
    private Task PublishAsync(string name, string description) => ExecuteAsync(
        "INSERT INTO workflows (name, description, published_at) VALUES (@name, @description, '2026-01-01T00:00:00.000000Z')", ("name", name), ("description", description));
}

/// <summary>Shorthands for what the API answers.</summary>
internal static class Answers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task<JsonElement> RefusedAsync(this Task<HttpResponseMessage> answer, HttpStatusCode status)
    {
        var response = await answer;
        response.StatusCode.ShouldBe(status);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        return await response.JsonAsync();
    }

    public static async Task<JsonElement> JsonAsync(this Task<HttpResponseMessage> answer) => await (await answer).JsonAsync();

    public static string? Text(this JsonElement json, string property) => json.GetProperty(property).GetString();
}
