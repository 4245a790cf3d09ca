using System.Data.Common;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.ServiceDefaults;
using WorkflowAspire.TestServers;
using WorkflowAspire.Worker.Consuming;
using WorkflowAspire.Worker.Execution;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;

[assembly: AssemblyFixture(typeof(RedisServer))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace WorkflowAspire.Worker.Tests;

/// <summary>The worker's own services in a host, with a database of its own for each test and the runbook's queues, emptied.</summary>
public abstract class WorkerSpecification(RedisServer redis) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("worker-").FullName;
    private readonly Scripted _script = new();
    private WebApplication _app = null!;

    protected static TimeSpan Patience => TimeSpan.FromSeconds(60);

    /// <summary>How often the sweepers look.</summary>
    protected virtual string RelayInterval => "00:00:00.200";

    /// <summary>How runs come to the processor.</summary>
    protected virtual string WorkerPath => "bare";

    protected FakeLogCollector Log => _app.Services.GetFakeLogCollector();

    protected string RedisConnectionString => redis.ConnectionString;

    /// <summary>The database of the test's workers; a file of its own, unless a test says otherwise.</summary>
    protected virtual string ConnectionStringOfDatabase => $"Data Source={DatabaseFile}";

    protected string DatabaseFile => Path.Combine(_folder, "workflow.db");

    protected Scripted Workflow => _script;

    protected RunStore Store => _app.Services.GetRequiredService<RunStore>();

    protected DbDataSource Database => _app.Services.GetRequiredService<DbDataSource>();

    protected T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    protected Queue Execution { get; } = new(ExecutionQueue.Name, redis.Connection);

    protected Queue DeadLetters { get; } = new(ExecutionQueue.DeadLetterName, redis.Connection);

    public virtual async ValueTask InitializeAsync()
    {
        await redis.Connection.GetDatabase().ExecuteAsync("FLUSHALL");
        _app = BuildHost();
        await _app.StartAsync();
    }

    /// <summary>What a test's workers have beside the settings of all.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    /// <summary>Another worker on the same queue and database.</summary>
    protected WebApplication BuildHost()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = redis.ConnectionString,
            ["ConnectionStrings:workflow"] = ConnectionStringOfDatabase,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Worker:StalledInterval"] = "00:00:00.200",
            ["Worker:RelayInterval"] = RelayInterval,
            ["Worker:Path"] = WorkerPath,
            ["Workflows:Step:Attempts"] = "1",
        });
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddFakeLogging();
        builder.AddRedisClient("redis");
        builder.AddDatabase("workflow");
        builder.Services.AddWorkflowStore();
        builder.Services.AddWorkflows();
        builder.Services.AddWorkflowDefinitions();
        builder.Services.AddSingleton(_script);
        builder.Services.AddWorkflow<ScriptedWorkflow, JsonElement, JsonElement>("scripted");
        builder.AddWorkflowExecution();
        return builder.Build();
    }

    /// <summary>Stops what takes runs, as the host does; the rest of it goes on.</summary>
    protected Task StopWorker() => WorkerPath == "bare"
        ? Service<ExecutionWorker>().StopAsync(CancellationToken.None)
        : Service<ConsumingBus>().StopAsync(CancellationToken.None);

    protected async Task<WorkflowRun> GivenRun(RunStatus status = RunStatus.Pending, string workflow = "scripted", Guid? tenant = null, string input = """{"n":1}""")
    {
        var now = DateTimeOffset.UtcNow;
        var run = new WorkflowRun(Guid.CreateVersion7(), tenant ?? Guid.NewGuid(), workflow, status, input,
            status == RunStatus.Completed ? """{"was":"here"}""" : null, Error: null, status == RunStatus.Pending ? 0 : 1, now, now, now, CompletedAt: null);
        await Store.CreateAsync(run);
        return run;
    }

    protected Task<Job> Enqueue(WorkflowRun run, int attempts = 3, string extra = "") => Enqueue(
        run.Id.ToString(), $$"""{"runId":"{{run.Id}}","tenantId":"{{run.TenantId}}","workflowId":"{{run.WorkflowId}}","input":{{run.Input}}{{extra}} }""", attempts);

    protected Task<Job> Enqueue(string jobId, string data, int attempts = 3) => Execution.AddAsync("run", Encoding.UTF8.GetBytes(data), new JobOptions
    {
        JobId = jobId,
        Attempts = attempts,
        Backoff = BackoffOptions.Exponential(TimeSpan.FromMilliseconds(20)),
    });

    /// <summary>An attempt that leaves what a killed worker leaves: a running run, and the steps that it finished.</summary>
    protected async Task BeginsAndVanishes(WorkflowRun run)
    {
        var lease = ((ClaimResult.Claimed)await Store.ClaimAsync(run.Id, run.TenantId)).Lease;
        await Should.ThrowAsync<Exception>(() => _app.Services.GetRequiredService<WorkflowEngine>().ExecuteAsync(lease));
    }

    protected async Task<WorkflowRun> Reaches(WorkflowRun run, RunStatus status) =>
        (await Eventually.Get<WorkflowRun?>(() => Store.FindAsync(run.Id), now => now?.Status == status))!;

    protected async Task<DeadLetterPayload> DeadLetterOf(string jobId)
    {
        var job = await Eventually.Get<Job?>(() => DeadLetters.GetJobAsync(jobId), found => found is not null);
        return job!.GetData(WorkflowJsonContext.Default.DeadLetterPayload)!;
    }

    /// <summary>The first log record with this message, once it is there: its fields by name.</summary>
    protected async Task<IReadOnlyDictionary<string, string?>> Logged(string message)
    {
        var record = await Eventually.Get(() => Log.GetSnapshot().FirstOrDefault(entry => entry.Message == message), found => found is not null);
        return record!.StructuredState!.ToDictionary(field => field.Key, field => field.Value);
    }

    /// <summary>Ends what a test has started beside its worker, before the database goes.</summary>
    protected virtual ValueTask DisposeOthersAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        await DisposeOthersAsync();
        await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>What the test's workflow does, set by the test.</summary>
public sealed class Scripted
{
    public Func<WorkflowContext, CancellationToken, Task<JsonElement>> Run { get; set; } = (_, _) => Task.FromResult(JsonElement.Parse("""{"ok":true}"""));
}

public sealed class ScriptedWorkflow(Scripted script) : IWorkflow<JsonElement, JsonElement>
{
    public Task<JsonElement> RunAsync(JsonElement input, WorkflowContext context, CancellationToken cancellationToken) => script.Run(context, cancellationToken);
}
