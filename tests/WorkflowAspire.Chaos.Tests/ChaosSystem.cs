using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Chaos.Worker;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>Redis and PostgreSQL behind networks that can be broken, workers as processes, and a ledger of effects that nobody harms.</summary>
internal sealed class ChaosSystem : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private readonly RedisServer _ledger = new();
    private IHost _host = null!;
    private Queue _execution = null!;

    public RedisServer Redis { get; } = new();

    public PostgresServer Postgres { get; } = new();

    public TcpProxy RedisNetwork { get; private set; } = null!;

    public TcpProxy PostgresNetwork { get; private set; } = null!;

    public Ledger Ledger { get; private set; } = null!;

    /// <summary>On connections of the test's own, which no proxy harms.</summary>
    public RunStore Store => _host.Services.GetRequiredService<RunStore>();

    public RunDispatcher Dispatcher => _host.Services.GetRequiredService<RunDispatcher>();

    public RunCancellation Cancellation => _host.Services.GetRequiredService<RunCancellation>();

    public NpgsqlDataSource Database { get; private set; } = null!;

    public Queue DeadLetters { get; private set; } = null!;

    private string WorkersDatabase { get; set; } = "";

    public static async Task<ChaosSystem> StartAsync()
    {
        var system = new ChaosSystem();
        await Task.WhenAll(system.Redis.InitializeAsync().AsTask(), system.Postgres.InitializeAsync().AsTask(), system._ledger.InitializeAsync().AsTask());
        system.RedisNetwork = new TcpProxy(system.Redis.Port);
        system.PostgresNetwork = new TcpProxy(system.Postgres.Port);
        system.Ledger = new Ledger(system._ledger.Connection);
        system._execution = new Queue(ExecutionQueue.Name, system.Redis.Connection);
        system.DeadLetters = new Queue(ExecutionQueue.DeadLetterName, system.Redis.Connection);
        await system.StartStoreAsync();
        return system;
    }

    /// <summary>The worker's process; it may be harmed.</summary>
    /// <param name="concurrency">How many runs it executes at the same time.</param>
    /// <param name="settings">What is different from a worker in chaos, whose locks are short.</param>
    public ServerProcess StartWorker(int concurrency, IReadOnlyDictionary<string, string>? settings = null) =>
        new("dotnet", [typeof(CountedWorkflow).Assembly.Location], AppContext.BaseDirectory, Environment(concurrency).Concat(settings ?? NoSettings).GroupBy(variable => variable.Key).ToDictionary(of => of.Key, of => of.Last().Value));

    private Dictionary<string, string> Environment(int concurrency) => new()
    {
        ["ConnectionStrings__redis"] = $"{RedisNetwork.ConnectionString},abortConnect=false,connectTimeout=2000",
        ["ConnectionStrings__workflow"] = WorkersDatabase,
        ["ConnectionStrings__ledger"] = _ledger.ConnectionString,
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
        ["WORKER_CONCURRENCY"] = concurrency.ToString(CultureInfo.InvariantCulture),
        ["Worker__LockDuration"] = "00:00:03",
        ["Worker__StalledInterval"] = "00:00:01",
        ["Worker__RelayInterval"] = "00:00:02",
        ["Worker__ReconcileInterval"] = "00:00:02",
        ["Workflows__Step__Timeout"] = "00:00:02",
        ["ExecutionQueue__BackoffDelay"] = "00:00:00.200",
    };

    public static WorkflowRun NewRun(CountedInput input, string workflow = CountedWorkflow.Name) => new(
        Guid.CreateVersion7(), Guid.NewGuid(), workflow, RunStatus.Pending, JsonSerializer.Serialize(input, JsonSerializerOptions.Web),
        Output: null, Error: null, Attempts: 0, DateTimeOffset.UtcNow, EnqueuedAt: null, StartedAt: null, CompletedAt: null);

    /// <summary>Enqueues a run as another producer does: under an id of its own, and for later than the relay's next look.</summary>
    public Task AddForeignJobAsync(WorkflowRun run) => _execution.AddAsync(
        ExecutionQueue.JobName,
        JsonSerializer.SerializeToUtf8Bytes(new { runId = run.Id, tenantId = run.TenantId, workflowId = run.WorkflowId, input = JsonElement.Parse(run.Input!) }),
        new JobOptions { JobId = $"node-{run.Id}", Attempts = 3, Backoff = BackoffOptions.Exponential(TimeSpan.FromMilliseconds(200)), Delay = TimeSpan.FromSeconds(Random.Shared.Next(0, 6)) });

    /// <summary>How often each run was completed: the database counts, so that nobody can forget one.</summary>
    public async Task<IReadOnlyDictionary<Guid, int>> CompletionsAsync()
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.QueryAsync<(Guid Run, int Times)>("SELECT run_id, count(*)::int FROM completions GROUP BY run_id")).ToDictionary(row => row.Run, row => row.Times);
    }

    /// <summary>The checkpoints of a run: the attempt that wrote each, by step.</summary>
    public async Task<IReadOnlyDictionary<string, int>> SavedStepsAsync(Guid run)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.QueryAsync<(string Step, int Attempt)>("SELECT name, run_attempt FROM workflow_steps WHERE run_id = @run AND kind = 'step' AND status = 'completed'", new { run }))
            .ToDictionary(row => row.Step, row => row.Attempt);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await RedisNetwork.DisposeAsync();
        await PostgresNetwork.DisposeAsync();
        await Database.DisposeAsync();
        await Redis.DisposeAsync();
        await Postgres.DisposeAsync();
        await _ledger.DisposeAsync();
    }

    private async Task StartStoreAsync()
    {
        var direct = await Postgres.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(direct);
        WorkersDatabase = new NpgsqlConnectionStringBuilder(direct) { Port = PostgresNetwork.Port, Timeout = 3, CommandTimeout = 5 }.ConnectionString;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<System.Data.Common.DbDataSource>(Database);
        builder.Services.AddSingleton<IConnectionMultiplexer>(Redis.Connection);
        builder.Services.AddWorkflowStore();
        _host = builder.Build();
        await _host.StartAsync();
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            CREATE TABLE completions (run_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT now());
            CREATE FUNCTION count_completion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO completions (run_id) VALUES (NEW.id); RETURN NEW; END $$;
            CREATE TRIGGER completed AFTER UPDATE ON workflow_runs FOR EACH ROW WHEN (NEW.status = 'completed') EXECUTE FUNCTION count_completion();
            """);
    }
}
