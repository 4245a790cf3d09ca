using System.Data.Common;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;
using WorkflowAspire.Workflows.Tests.Store;

[assembly: AssemblyFixture(typeof(RedisServer))]

namespace WorkflowAspire.Workflows.Tests.Dispatch;

public class RunDispatcherTests(RedisServer redis) : StoreSpecification
{
    private RunDispatcher Dispatcher => Services.GetRequiredService<RunDispatcher>();

    private Queue Queue => new(ExecutionQueue.Name, redis.Connection);

    [Fact]
    public async Task A_run_becomes_a_job_as_the_runbook_has_it()
    {
        var run = await AcceptRun(input: """{"name":"Ada"}""");

        (await Dispatcher.DispatchAsync(run)).ShouldBeTrue();

        var job = (await Queue.GetJobAsync(run.Id.ToString())).ShouldNotBeNull();
        job.Name.ShouldBe("run");
        Encoding.UTF8.GetString(job.Data.Span).ShouldBe($$$"""{"runId":"{{{run.Id}}}","tenantId":"{{{run.TenantId}}}","workflowId":"greet","input":{"name":"Ada"}}""");
        job.Options.Attempts.ShouldBe(3);
        job.Options.Backoff.ShouldBe(BackoffOptions.Exponential(TimeSpan.FromSeconds(5)));
        (await Now(run)).EnqueuedAt.ShouldBe(Time.GetUtcNow());
    }

    [Fact]
    public async Task To_dispatch_a_run_twice_is_to_dispatch_it_once()
    {
        var run = await AcceptRun();
        await Dispatcher.DispatchAsync(run);

        (await Dispatcher.DispatchAsync(run)).ShouldBeFalse();

        (await Queue.GetJobsAsync([JobState.Waiting])).Count(job => job.Id == run.Id.ToString()).ShouldBe(1);
    }

    [Fact]
    public async Task A_replayed_run_whose_job_failed_is_processed_again()
    {
        var run = await AcceptRun();
        await Dispatcher.DispatchAsync(run);
        await FailForGood(run);
        await Store.ResetForReplayAsync(await Now(run));

        (await Dispatcher.RedispatchAsync(await Now(run))).ShouldBeTrue();

        var job = (await Queue.GetJobAsync(run.Id.ToString())).ShouldNotBeNull();
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Waiting);
        job.AttemptsMade.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_that_failed_since_it_was_read_is_not_brought_back()
    {
        var run = await AcceptRun();
        await Dispatcher.DispatchAsync(run);
        await FailForGood(run);

        (await Dispatcher.RedispatchAsync(run)).ShouldBeFalse();

        (await Queue.GetJobStateAsync(run.Id.ToString())).ShouldBe(JobState.Failed);
    }

    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();

    protected override void Configure(IServiceCollection services) => services.AddSingleton<IConnectionMultiplexer>(redis.Connection);

    private async Task FailForGood(WorkflowRun run)
    {
        var worker = new Worker(ExecutionQueue.Name, (job, _) => job.Id == run.Id.ToString() ? throw new UnrecoverableError("broken") : Task.FromResult<ReadOnlyMemory<byte>>("1"u8.ToArray()), redis.Connection, new WorkerOptions());
        await worker.StartAsync();
        await Eventually.Get(() => Queue.GetJobStateAsync(run.Id.ToString()), state => state == JobState.Failed);
        await worker.CloseAsync(TimeSpan.FromSeconds(5));
        await Store.FailAsync(run.Id, null, "broken");
    }
}
