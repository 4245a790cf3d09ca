using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.LocalHosting.Tests;

public sealed class ChoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("choice-test-").FullName;

    [Fact]
    public async Task Garnet_runs_scripts_and_keeps_its_data_when_it_is_killed_or_stopped()
    {
        string[] args = ["--Local:Redis=garnet", "--Local:Database=sqlite", $"--Local:DataPath={_folder}"];
        await using (var sample = await SampleApplication.StartAsync(args))
        {
            await sample.Healthy("redis");
            await using (var redis = await sample.ConnectToRedis())
            {
                await redis.GetDatabase().ScriptEvaluateAsync("redis.call('SET', KEYS[1], cjson.encode({ 1, 2 }))", ["kept"]);
            }

            await sample.KillAndRecover("redis");
            await Has(sample, "kept", "[1,2]");
        }

        await using var next = await SampleApplication.StartAsync(args);
        await next.Healthy("redis");
        await Has(next, "kept", "[1,2]");
    }

    [Fact]
    public async Task SQLite_is_a_file_in_the_data_folder()
    {
        await using var sample = await SampleApplication.StartAsync("--Local:Redis=server", "--Local:Database=sqlite", $"--Local:DataPath={_folder}");

        (await sample.Application.GetConnectionStringAsync("workflow")).ShouldBe($"Data Source={Path.Combine(_folder, "workflow.db")}");
    }

    [Fact]
    public async Task A_given_connection_string_wins_over_every_other_choice()
    {
        await using var sample = await SampleApplication.StartAsync(
            "--ConnectionStrings:redis=redis.example:7000", "--Local:Redis=garnet", "--ConnectionStrings:workflow=Host=db.example;Database=theirs", "--Local:Database=sqlite");

        (await sample.Application.GetConnectionStringAsync("redis")).ShouldBe("redis.example:7000");
        (await sample.Application.GetConnectionStringAsync("workflow")).ShouldBe("Host=db.example;Database=theirs");
        sample.Application.GetEndpoint("redis").Authority.ShouldBe("redis.example:7000");
    }

    [Fact]
    public async Task A_project_waits_for_a_given_server_that_does_not_answer()
    {
        await using var sample = await SampleApplication.StartAsync("--ConnectionStrings:redis=127.0.0.1:1,connectTimeout=100", "--Local:Database=sqlite");
        await sample.Healthy("workflow");

        var redis = await sample.Becomes(
            "redis", change => change.Snapshot.HealthReports.Any(report => report.Description is not (null or "not asked yet")));

        redis.Snapshot.HealthStatus.ShouldBe(HealthStatus.Unhealthy);
        sample.Now("service").State!.Text.ShouldBe(KnownResourceStates.Waiting);
    }

    [Fact]
    public async Task A_port_that_is_in_use_moves_to_the_next_free_one_and_says_so()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;

        await using var sample = await SampleApplication.StartAsync(
            string.Create(CultureInfo.InvariantCulture, $"--REDIS_PORT={taken}"), "--DcpPublisher:RandomizePorts=false", "--Local:Redis=server", "--Local:Database=sqlite");

        var port = sample.Application.GetEndpoint("redis").Port;
        port.ShouldBeGreaterThan(taken);
        await sample.LogHas("redis", string.Create(CultureInfo.InvariantCulture, $"port {taken} is in use; redis listens on {port}"));
    }

    [Theory]
    [InlineData("--Local:Redis=dragonfly", "--Local:Redis=dragonfly is not possible; valid values are auto, server, garnet.")]
    [InlineData("--Local:Database=oracle", "--Local:Database=oracle is not possible; valid values are auto, postgres, sqlite.")]
    public async Task An_option_with_an_unknown_value_names_the_valid_ones(string option, string message)
    {
        var error = await Should.ThrowAsync<DistributedApplicationException>(() => SampleApplication.StartAsync(option));

        error.Message.ShouldBe(message);
    }

    [Fact]
    public async Task Root_falls_back_to_SQLite_where_PostgreSQLs_user_may_not_pass()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root has to become someone else.");
        var shut = Path.Combine(_folder, "data");

        await using (var sample = await SampleApplication.StartAsync("--Local:Redis=server", $"--Local:DataPath={shut}"))
        {
            (await sample.Application.GetConnectionStringAsync("workflow")).ShouldStartWith("Data Source=");
        }

        var error = await Should.ThrowAsync<DistributedApplicationException>(
            () => SampleApplication.StartAsync("--Local:Redis=server", $"--Local:DataPath={shut}", "--Local:Database=postgres"));
        error.Message.ShouldStartWith("--Local:Database=postgres is not possible: PostgreSQL never runs as root, and the user postgres can't enter");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task Has(SampleApplication sample, string key, string value)
    {
        await using var redis = await sample.ConnectToRedis();
        (await redis.GetDatabase().StringGetAsync(key)).ToString().ShouldBe(value);
    }
}
