using System.Globalization;
using System.Text;

namespace WorkflowAspire.BullMQ.Tests.Reliability;

/// <summary>What became of the jobs.</summary>
/// <param name="Elapsed">From the first add to the last completion.</param>
/// <param name="Troubles">How often each kind of trouble happened.</param>
/// <param name="Answered">Jobs whose add was answered.</param>
/// <param name="Thrown">Adds that threw; half of them were repeated.</param>
/// <param name="LongestAdd">How long the slowest add took to be answered or to throw.</param>
/// <param name="Completed">Jobs that are completed; some of them may be of adds that threw.</param>
/// <param name="Failed">Jobs that failed; none should.</param>
/// <param name="Lost">Jobs that were answered and are not completed.</param>
/// <param name="CompletedTwice">Jobs with more than one event <c>completed</c>.</param>
/// <param name="ProcessedAgain">Jobs that were processed more than once.</param>
/// <param name="ProcessedAgainWithoutStall">Those of them that were processed more often than they stalled.</param>
/// <param name="Outages">How often the workers' log tells of an outage.</param>
/// <param name="OtherErrors">What else the workers logged as an error.</param>
internal sealed record ChaosReport(
    TimeSpan Elapsed, IReadOnlyDictionary<string, int> Troubles, int Answered, int Thrown, TimeSpan LongestAdd, int Completed, long Failed,
    IReadOnlyList<string> Lost, IReadOnlyList<string> CompletedTwice, int ProcessedAgain, IReadOnlyList<string> ProcessedAgainWithoutStall,
    int Outages, IReadOnlyList<string> OtherErrors)
{
    public string ToTable()
    {
        var table = new StringBuilder();
        foreach (var (kind, times) in Troubles.OrderBy(trouble => trouble.Key, StringComparer.Ordinal)) Row(table, kind, times);
        Row(table, "adds answered", Answered);
        Row(table, "adds that threw", Thrown);
        Row(table, "slowest add, ms", LongestAdd.TotalMilliseconds);
        Row(table, "jobs completed", Completed);
        Row(table, "jobs processed again after a stall", ProcessedAgain);
        Row(table, "outages logged", Outages);
        Row(table, "other errors logged", OtherErrors.Count);
        Row(table, "jobs lost", Lost.Count);
        Row(table, "jobs completed twice", CompletedTwice.Count);
        Row(table, "jobs failed", Failed);
        Row(table, "jobs processed again without a stall", ProcessedAgainWithoutStall.Count);
        Row(table, "seconds", Elapsed.TotalSeconds);
        return table.ToString();
    }

    private static void Row(StringBuilder table, string what, double value) =>
        table.Append(CultureInfo.InvariantCulture, $"{what,-38}{value,10:0}").AppendLine();
}
