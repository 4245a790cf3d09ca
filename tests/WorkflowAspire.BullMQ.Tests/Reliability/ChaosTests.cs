using System.Globalization;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Reliability;

/// <summary>Whatever happens between the library and Redis, no job is lost and none completes twice.</summary>
public sealed class ChaosTests : IAsyncLifetime
{
    private readonly RedisServer _server = new();
    private TcpProxy _proxy = null!;

    [Fact]
    public Task No_job_is_lost_and_none_completes_twice_while_connections_break_and_Redis_is_killed() => RunAsync(jobs: 10_000, seconds: 5, seed: 1, _ => { });

    // eng/chaos runs this one.
    [Fact(Explicit = true)]
    public Task At_length() => RunAsync(Setting("CHAOS_JOBS", 100_000), Setting("CHAOS_SECONDS", 120), Setting("CHAOS_SEED", Random.Shared.Next(1_000_000)), Console.WriteLine);

    public ValueTask InitializeAsync()
    {
        _proxy = new TcpProxy(_server.Port);
        return _server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task RunAsync(int jobs, int seconds, int seed, Action<string> tell)
    {
        var report = await new Chaos(_server, _proxy, jobs, TimeSpan.FromSeconds(seconds), seed, tell).RunAsync();

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{jobs} jobs in about {seconds} s, seed {seed}"));
        Console.WriteLine(report.ToTable());
        report.Lost.ShouldBeEmpty();
        report.CompletedTwice.ShouldBeEmpty();
        report.ProcessedAgainWithoutStall.ShouldBeEmpty();
        report.Failed.ShouldBe(0);
        report.OtherErrors.ShouldBeEmpty();
        // Each worker tells each outage once.
        report.Outages.ShouldBeLessThanOrEqualTo(2 * report.Troubles.Values.Sum());
    }

    private static int Setting(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
