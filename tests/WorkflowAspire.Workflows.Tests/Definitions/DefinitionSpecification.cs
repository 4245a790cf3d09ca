using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Definitions.Secrets;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Tests.Execution;
using WorkflowAspire.Workflows.Tests.Samples;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>Definitions from their JSON to a run's output, with a local server for the internet.</summary>
public abstract class DefinitionSpecification : StoreSpecification
{
    protected Guid Tenant { get; } = Guid.NewGuid();

    private protected RawHttpServer Server { get; } = new();

    private protected FixedSecrets Secrets { get; } = new();

    protected string Url => $"http://127.0.0.1:{Server.Port}";

    protected WorkflowEngine Engine => Services.GetRequiredService<WorkflowEngine>();

    protected WorkflowDefinitions Definitions => Services.GetRequiredService<WorkflowDefinitions>();

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();

    protected override void Configure(IServiceCollection services) => services
        .AddSingleton<ISecretStore>(Secrets)
        .AddSingleton(SharedEvaluators.Pool)
        .AddWorkflowDefinitions()
        .Configure<DefinitionOptions>(options =>
        {
            options.Http.AllowPrivateAddresses = true;
            // So that a busy machine reaches it before the time limit.
            options.MaxStatements = 20_000;
        })
        .AddWorkflows(options => options.Step = new StepOptions { RetryDelay = TimeSpan.Zero, MaxRetryDelay = TimeSpan.FromMilliseconds(1) });

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>A definition with these steps.</summary>
    protected static string Workflow(string steps, string output = "null", string name = "test") => $$"""{"name":"{{name}}","steps":[{{steps}}],"output":{{output}}}""";

    protected async Task<StoredDefinition> Save(string definition)
    {
        var json = JsonElement.Parse(definition);
        return (await Definitions.SaveAsync(Tenant, json.GetProperty("name").GetString()!, json)).Stored;
    }

    protected async Task<IReadOnlyDictionary<string, string[]>> Refused(string definition) =>
        (await Should.ThrowAsync<DefinitionRefusedException>(() => Definitions.SaveAsync(Tenant, "test", JsonElement.Parse(definition)))).Errors;

    protected async Task<RunLease> Accept(string definition, string input = "{}")
    {
        var stored = await Save(definition);
        var run = NewRun(Tenant, stored.Name, input) with { DefinitionVersion = stored.Version };
        await Store.CreateAsync(run);
        return await Claim(run);
    }

    /// <summary>Executes one attempt to its end.</summary>
    protected async Task<string> Execute(RunLease lease) => (await Engine.ExecuteAsync(lease)).Output();

    /// <summary>Executes an attempt that has to wait, and parks the run.</summary>
    /// <returns>Until when.</returns>
    protected async Task<DateTimeOffset?> Park(RunLease lease)
    {
        var parked = (await Engine.ExecuteAsync(lease)).ShouldBeOfType<ExecutionResult.Parked>();
        (await Store.ParkAsync(lease)).ShouldBeTrue();
        return parked.Until;
    }

    /// <summary>Saves a definition and runs it once.</summary>
    protected async Task<JsonElement> Run(string definition, string input = "{}") => JsonElement.Parse(await Execute(await Accept(definition, input)));

    private protected sealed class FixedSecrets : Dictionary<string, string>, ISecretStore
    {
        public ValueTask<Secret?> FindAsync(Guid tenantId, string name, CancellationToken ct) =>
            ValueTask.FromResult(TryGetValue(name, out var value) ? new Secret(value) : null);
    }
}
