using System.Data.Common;
using System.Diagnostics.Metrics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Worker;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Store;

namespace WorkflowAspire.Runs.Bench;

/// <summary>A worker and who submits to it, in this process, with a database and a redis-server of their own.</summary>
internal sealed class RunSystem : IAsyncDisposable
{
    private readonly RedisServer _redis = new() { Settings = ["--appendonly", "no"] };
    private readonly Completions _completions = new();
    private readonly Guid _tenant = Guid.NewGuid();
    private IHost _host = null!;
    private RunStore _store = null!;
    private RunDispatcher _dispatcher = null!;

    private RunSystem()
    {
    }

    public StoreFigures Store { get; private set; } = null!;

    public static async Task<RunSystem> StartAsync(PostgresServer postgres, bool groupCommit, int concurrency) =>
        await StartAsync(NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync() + ";Maximum Pool Size=80"), groupCommit, concurrency);

    public static async Task<RunSystem> StartAsync(DbDataSource source, bool groupCommit, int concurrency)
    {
        var system = new RunSystem();
        await system._redis.InitializeAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(system._completions);
        builder.Services.AddSingleton(source);
        builder.Services.AddSingleton(system._redis.Connection);
        builder.Services.AddWorkflowStore();
        builder.Services.Configure<StoreOptions>(options => options.GroupCommit = groupCommit);
        builder.Services.AddWorkflows();
        builder.Services.AddWorkflow<StepsWorkflow, int, int>(StepsWorkflow.Name);
        builder.AddWorkflowExecution();
        builder.Services.Configure<ExecutionOptions>(options => options.Concurrency = concurrency);
        system._host = builder.Build();
        system.Store = new StoreFigures(system._host.Services.GetRequiredService<IMeterFactory>());
        await system._host.StartAsync();
        (system._store, system._dispatcher) = (system._host.Services.GetRequiredService<RunStore>(), system._host.Services.GetRequiredService<RunDispatcher>());
        return system;
    }

    /// <summary>Submits a run as the API does, and waits until it is completed.</summary>
    public async Task ExecuteAsync(int steps)
    {
        var run = NewRun(steps.ToString(CultureInfo.InvariantCulture));
        var completed = _completions.Of(run.Id);
        await _store.CreateAsync(run);
        await _dispatcher.EnqueueAsync(run);
        // A system that has stopped must not keep the benchmark waiting for ever.
        await completed.WaitAsync(TimeSpan.FromMinutes(2));
        _completions.Forget(run.Id);
    }

    public async Task<TimeSpan> RedisCpuAsync()
    {
        var info = (await _redis.Connection.GetServers()[0].InfoAsync("cpu")).SelectMany(group => group).ToDictionary(pair => pair.Key, pair => pair.Value);
        return TimeSpan.FromSeconds(Seconds("used_cpu_sys") + Seconds("used_cpu_user"));

        double Seconds(string field) => double.Parse(info[field], CultureInfo.InvariantCulture);
    }

    public async Task<RunLease> ClaimAsync()
    {
        var run = NewRun("0");
        await _store.CreateAsync(run);
        return ((ClaimResult.Claimed)await _store.ClaimAsync(run.Id, run.TenantId)).Lease;
    }

    public Task SaveStepAsync(RunLease lease, int position)
    {
        var now = DateTimeOffset.UtcNow;
        return _store.SaveStepAsync(lease, new WorkflowStep($"step-{position}", position, StepStatus.Completed, "1", null, 1, now, now), CancellationToken.None);
    }

    public Task EndAsync(RunLease lease) => _store.CompleteAsync(lease, "0");

    /// <summary>Adds finished runs, each with a step.</summary>
    public async Task FillAsync(int runs)
    {
        await using var connection = await _host.Services.GetRequiredService<DbDataSource>().OpenConnectionAsync();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, output, attempts, created_at, enqueued_at, started_at, completed_at)
            SELECT gen_random_uuid(), @tenant, @name, 'completed', '1', '1', 1, at, at, at, at FROM (SELECT now() - n * interval '1 second' AS at FROM generate_series(1, @runs) n) AS times;
            INSERT INTO workflow_steps (run_id, name, position, status, output, attempts, run_attempt, started_at, completed_at)
            SELECT id, 'step-1', 1, 'completed', '1', 1, 1, started_at, completed_at FROM workflow_runs ON CONFLICT DO NOTHING;
            ANALYZE workflow_runs, workflow_steps
            """,
            new { tenant = _tenant, name = StepsWorkflow.Name, runs },
            commandTimeout: 0));
    }

    /// <summary>Has the relay enqueue so many runs that are in the database only, while nobody takes them.</summary>
    /// <returns>How many a second, from the first to the last.</returns>
    public async Task<double> RelayAsync(int runs)
    {
        await new Queue(ExecutionQueue.Name, _redis.Connection).PauseAsync();
        await using var connection = await _host.Services.GetRequiredService<DbDataSource>().OpenConnectionAsync();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO workflow_runs (id, tenant_id, workflow_id, status, input, created_at, job_id)
            SELECT id, @tenant, @name, 'pending', '{"text":"' || repeat('x', 300) || '"}', now() - interval '1 hour', id::text
            FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, @runs)) AS ids
            """,
            new { tenant = _tenant, name = StepsWorkflow.Name, runs },
            commandTimeout: 0));
        while (await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM workflow_runs WHERE status = 'pending' AND enqueued_at IS NULL)")) await Task.Delay(500);
        return runs / await connection.ExecuteScalarAsync<double>("SELECT EXTRACT(EPOCH FROM max(enqueued_at) - min(enqueued_at))::float8 FROM workflow_runs WHERE status = 'pending'");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        Store.Dispose();
        _host.Dispose();
        await _redis.DisposeAsync();
    }

    private WorkflowRun NewRun(string input)
    {
        var now = DateTimeOffset.UtcNow;
        return new WorkflowRun(Guid.CreateVersion7(now), _tenant, StepsWorkflow.Name, RunStatus.Pending, input, null, null, 0, now, null, null, null);
    }
}
