using System.Globalization;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>Whatever happens to workers, Redis, PostgreSQL and the networks between them, no run is lost and no finished step is repeated.</summary>
public class ChaosTests
{
    [Fact]
    public Task No_run_is_lost_and_no_finished_step_is_repeated_while_workers_and_servers_are_killed() => RunAsync(runs: 1000, seconds: 20, seed: 1);

    // eng/chaos runs this one.
    [Fact(Explicit = true)]
    public Task At_length() => RunAsync(Setting("CHAOS_RUNS", 5000), Setting("CHAOS_SECONDS", 120), Setting("CHAOS_SEED", Random.Shared.Next(1_000_000)));

    private static async Task RunAsync(int runs, int seconds, int seed)
    {
        await using var system = await ChaosSystem.StartAsync();

        var report = await new RunsUnderChaos(system, runs, TimeSpan.FromSeconds(seconds), seed).RunAsync();

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs} runs of 5 steps in about {seconds} s, seed {seed}"));
        Console.WriteLine(report.ToTable());
        report.Lost.ShouldBeEmpty();
        report.ReplayedTwice.ShouldBeEmpty();
        report.CompletedTwice.ShouldBeEmpty();
        report.FailedWithoutDeadLetter.ShouldBeEmpty();
        report.CompletedWithoutEffect.ShouldBeEmpty();
        report.RepeatedAfterCheckpoint.ShouldBeEmpty();
        report.RepeatedWithinStep.ShouldBeLessThanOrEqualTo(report.MostRepetitions);
        (report.Completed + report.Failed + report.Cancelled).ShouldBe(report.Accepted);
        report.Completed.ShouldBeGreaterThan(report.Accepted / 2);
    }

    private static int Setting(string name, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
