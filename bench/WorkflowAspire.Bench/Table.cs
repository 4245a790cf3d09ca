using System.Globalization;

namespace WorkflowAspire.Bench;

/// <summary>The medians of both subjects side by side.</summary>
internal static class Table
{
    private static readonly (string Name, Func<Round, double> Value, bool MoreIsBetter)[] Rows =
    [
        ("add, jobs/s (100 callers, 300 bytes)", round => round.AddsPerSecond, true),
        ("  Redis CPU µs per job", round => round.AddRedisCpu, false),
        ("  own CPU µs per job", round => round.AddOwnCpu, false),
        ("addBulk, jobs/s (500 a call)", round => round.BulkPerSecond, true),
        ("  Redis CPU µs per job", round => round.BulkRedisCpu, false),
        ("process, jobs/s (no-op, concurrency 100)", round => round.JobsPerSecond, true),
        ("  Redis CPU µs per job", round => round.JobRedisCpu, false),
        ("  own CPU µs per job", round => round.JobOwnCpu, false),
        ("idle pick-up µs, median", round => round.LatencyMedian, false),
        ("idle pick-up µs, 99th percentile", round => round.Latency99, false),
    ];

    public static void Print(string ours, List<Round> ourRounds, string theirs, List<Round> theirRounds)
    {
        Console.WriteLine($"| {"",-42} | {ours,14} | {theirs,14} | {"times better",12} |");
        Console.WriteLine($"|{new string('-', 44)}|{new string('-', 15)}:|{new string('-', 15)}:|{new string('-', 13)}:|");
        foreach (var (name, value, moreIsBetter) in Rows)
        {
            double us = Median(ourRounds.Select(value)), them = Median(theirRounds.Select(value));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name,-42} | {us,14:N0} | {them,14:N0} | {(moreIsBetter ? us / them : them / us),12:N1} |"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
