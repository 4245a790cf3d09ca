using System.Globalization;

namespace WorkflowAspire.Bench;

/// <summary>The medians of both subjects side by side.</summary>
internal static class Table
{
    public static void Print(string ours, IReadOnlyList<Measure[]> ourRounds, string theirs, IReadOnlyList<Measure[]> theirRounds)
    {
        Console.WriteLine($"| {"",-48} | {ours,14} | {theirs,14} | {"times better",12} |");
        Console.WriteLine($"|{new string('-', 50)}|{new string('-', 15)}:|{new string('-', 15)}:|{new string('-', 13)}:|");
        for (var row = 0; row < ourRounds[0].Length; row++)
        {
            var measure = ourRounds[0][row];
            double us = Median(ourRounds.Select(round => round[row].Value)), them = Median(theirRounds.Select(round => round[row].Value));
            Console.WriteLine($"| {measure.Name,-48} | {Text(us),14} | {Text(them),14} | {Ratio(measure.Better, us, them),12} |");
        }
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) < 100 ? "N1" : "N0", CultureInfo.InvariantCulture);

    private static string Ratio(Better better, double us, double them) => better switch
    {
        Better.More => (us / them).ToString("N2", CultureInfo.InvariantCulture),
        Better.Less => (them / us).ToString("N2", CultureInfo.InvariantCulture),
        _ => "",
    };
}
