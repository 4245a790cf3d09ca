using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace WorkflowAspire.LocalHosting.Tests;

public class RunningTests(RunningTests.Fixture running) : IClassFixture<RunningTests.Fixture>
{
    private SampleApplication Sample => running.Sample;

    [Fact]
    public async Task A_project_finds_its_servers_and_other_projects_in_its_environment()
    {
        var redis = await Sample.Application.GetConnectionStringAsync("redis");

        (await Sample.Environment("service", "ConnectionStrings__redis")).ShouldBe(redis);
        (await Sample.Environment("service", "ConnectionStrings__workflow")).ShouldContain("Database=workflow");
        (await Sample.Environment("service", "REDIS_AT")).ShouldBe(redis!.Replace(':', '/'));
        (await Sample.Environment("caller", "services__service__http__0")).ShouldBe(Sample.Application.GetEndpoint("service").ToString().TrimEnd('/'));
        (await Sample.Environment("caller", "ASPNETCORE_ENVIRONMENT")).ShouldBe("Development");
        (await Sample.Environment("caller", "OTEL_SERVICE_NAME")).ShouldBe("caller");
    }

    [Fact]
    public async Task What_a_process_writes_is_in_the_log_of_its_resource() => await Sample.LogHas("caller", "the service is up");

    [Fact]
    public async Task A_killed_project_is_started_again_and_its_end_reported()
    {
        await Sample.KillAndRecover("caller");

        await Sample.LogHas("caller", "caller ended with exit code 137; starting it again in 1 s");
    }

    [Fact]
    public async Task Killed_servers_come_back_on_the_same_port_with_their_data()
    {
        await using var redis = await Sample.ConnectToRedis();
        await redis.GetDatabase().StringSetAsync("kept", "yes");
        var database = await Sample.Application.GetConnectionStringAsync("workflow");

        await Sample.KillAndRecover("redis");
        await Sample.KillAndRecover("postgres");

        await using var again = await Sample.ConnectToRedis();
        (await again.GetDatabase().StringGetAsync("kept")).ToString().ShouldBe("yes");
        (await Sample.Application.GetConnectionStringAsync("workflow")).ShouldBe(database);
    }

    [Fact]
    public async Task A_stopped_replica_stays_stopped_until_it_is_started()
    {
        await Sample.Application.ResourceCommands.ExecuteCommandAsync("service-2", KnownResourceCommands.StopCommand);
        Sample.Now("service-2").State!.Text.ShouldBe(KnownResourceStates.Exited);
        Sample.Now("service-2").ExitCode.ShouldBe(0);

        await Sample.Application.ResourceCommands.ExecuteCommandAsync("service-2", KnownResourceCommands.StartCommand);

        await Sample.Healthy("service-2");
        Sample.ProcessOf("service-2").ShouldNotBe(Sample.ProcessOf("service-1"));
    }

    [Fact]
    public void PostgreSQL_never_runs_as_root()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        var status = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{Sample.ProcessOf("postgres")}/status"));

        status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1].ShouldNotBe("0");
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal SampleApplication Sample { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Sample = await SampleApplication.StartHealthyAsync("--Local:Redis=server", "--Local:Database=postgres", "--Replicas=2");

        public ValueTask DisposeAsync() => Sample.DisposeAsync();
    }
}
