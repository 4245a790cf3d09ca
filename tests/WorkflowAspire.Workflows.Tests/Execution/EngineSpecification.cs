using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Tests.Execution;

/// <summary>An engine over a store, one workflow whose body each test writes, and time that passes only when waited for.</summary>
public abstract class EngineSpecification : StoreSpecification
{
    private readonly Body _body = new();

    protected WorkflowEngine Engine => Services.GetRequiredService<WorkflowEngine>();

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();

    protected override void Configure(IServiceCollection services)
    {
        services.AddSingleton(_body);
        services.AddWorkflow<Scripted, Greeting, string>("greet");
    }

    /// <summary>Executes one attempt of a run to its end.</summary>
    protected async Task<string> Execute(RunLease lease, Func<WorkflowContext, Task<string>> workflow, CancellationToken ct = default) =>
        (await Attempt(lease, workflow, ct)).Output();

    /// <summary>Executes one attempt of a run.</summary>
    protected Task<ExecutionResult> Attempt(RunLease lease, Func<WorkflowContext, Task<string>> workflow, CancellationToken ct = default)
    {
        _body.Run = (_, context) => workflow(context);
        return Engine.ExecuteAsync(lease, ct);
    }

    /// <summary>Executes one attempt of a run that has to wait, and parks it.</summary>
    /// <returns>Until when.</returns>
    protected async Task<DateTimeOffset?> Park(RunLease lease, Func<WorkflowContext, Task<string>> workflow)
    {
        var parked = (await Attempt(lease, workflow)).ShouldBeOfType<ExecutionResult.Parked>();
        (await Store.ParkAsync(lease)).ShouldBeTrue();
        return parked.Until;
    }

    /// <summary>Executes the only attempt of a new run.</summary>
    protected async Task<string> Execute(Func<WorkflowContext, Task<string>> workflow) => await Execute(await AcceptAndClaim(), workflow);

    protected async Task<RunLease> NextAttempt(RunLease lease)
    {
        await Store.ReturnToPendingAsync(lease, "try again");
        return await Claim(lease.Run);
    }

    /// <summary>Lets time pass, a tenth of a second at a time, until the work is done.</summary>
    protected async Task<T> Passing<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await work;
    }

    protected async Task<WorkflowStep> OnlyStep(RunLease lease) => (await Store.ListStepsAsync(lease.Run.Id)).ShouldHaveSingleItem();

    protected sealed record Greeting(string Name, int Times = 1);

    private sealed class Body
    {
        public Func<Greeting, WorkflowContext, Task<string>> Run { get; set; } = (greeting, _) => Task.FromResult($"Hello {greeting.Name}");
    }

    private sealed class Scripted(Body body) : IWorkflow<Greeting, string>
    {
        public Task<string> RunAsync(Greeting input, WorkflowContext context, CancellationToken cancellationToken) => body.Run(input, context);
    }
}

internal static class ExecutionResults
{
    /// <summary>The output of an attempt that came to its end.</summary>
    public static string Output(this ExecutionResult result) => result.ShouldBeOfType<ExecutionResult.Completed>().Output;
}
