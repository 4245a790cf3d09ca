using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The runbook's variables in the environment of the AppHost, which its services inherit.</summary>
public sealed class RedisVariablesTests(RedisServer redis) : IClassFixture<RedisServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-variables-").FullName;

    [Fact]
    public async Task A_host_and_a_port_are_where_worker_and_API_connect()
    {
        await using var appHost = Start(("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", $"{redis.Port}"));

        var run = await CompletesARunAsync(appHost);

        // The run is completed in the database before its job is.
        await Eventually.Get(() => JobStateAsync(run), state => state == JobState.Completed);
    }

    [Fact]
    public async Task A_port_that_the_AppHosts_Redis_could_not_have_does_not_lead_worker_and_API_to_whoever_has_it()
    {
        await using var appHost = Start(("REDIS_PORT", $"{redis.Port}"));

        var run = await CompletesARunAsync(appHost);

        (await JobStateAsync(run)).ShouldBe(JobState.Unknown);
    }

    private static async Task<Guid> CompletesARunAsync(AppHostProcess appHost)
    {
        await appHost.IsHealthyAsync();
        var run = await appHost.SubmitAsync("document-digest", new { text = "Here." });
        await appHost.CompletesAsync(run);
        return run;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<JobState> JobStateAsync(Guid run) => await new Queue("workflow-execution", redis.Connection).GetJobStateAsync(run.ToString());

    private AppHostProcess Start(params (string Name, string Value)[] variables) => new(_folder, ["--Local:Database=sqlite"], variables);
}
