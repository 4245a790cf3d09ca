using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Samples;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Tests.Execution;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Tests.Samples;

/// <summary>The sample workflows, run by the engine from JSON to JSON.</summary>
public abstract class SampleSpecification : StoreSpecification
{
    protected WorkflowEngine Engine => Services.GetRequiredService<WorkflowEngine>();

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();

    // The servers are real and the clock is not: nothing may wait for it between two tries.
    protected override void Configure(IServiceCollection services) => services.AddSampleWorkflows()
        .AddWorkflows(options => options.Step = new StepOptions { RetryDelay = TimeSpan.Zero, MaxRetryDelay = TimeSpan.FromMilliseconds(1) });

    protected async Task<JsonElement> Run(string workflow, object input)
    {
        var lease = await Claim(await AcceptRun(workflow: workflow, input: JsonSerializer.Serialize(input)));
        return JsonElement.Parse((await Engine.ExecuteAsync(lease)).Output());
    }
}
