using System.Globalization;
using System.Text;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>What became of the runs.</summary>
/// <param name="Elapsed">From the first submission to the last end.</param>
/// <param name="Troubles">How often each kind of trouble happened.</param>
/// <param name="Accepted">Runs whose row was written.</param>
/// <param name="Completed">Runs that completed.</param>
/// <param name="Failed">Runs that failed for good: those that were told to, and those that stalled too often.</param>
/// <param name="Cancelled">Runs that were called off.</param>
/// <param name="Capacity">How many runs all workers execute at the same time.</param>
/// <param name="Lost">Accepted runs that are gone or never ended.</param>
/// <param name="ReplayedTwice">Failed runs that two replays at once both brought back.</param>
/// <param name="CompletedTwice">Runs that were completed more than once.</param>
/// <param name="FailedWithoutDeadLetter">Failed runs without a job in the dead letter queue.</param>
/// <param name="CompletedWithoutEffect">Completed runs of which a step had no effect, or with another output.</param>
/// <param name="Effects">Effects of all steps.</param>
/// <param name="RepeatedWithinStep">Effects that a step had again, since its attempt ended between the effect and the checkpoint.</param>
/// <param name="RepeatedAfterCheckpoint">Steps that had an effect in a later attempt than the one that wrote their checkpoint.</param>
/// <param name="Recovered">How often the workers' logs tell of a stale run.</param>
/// <param name="Superseded">How often they tell of an attempt that came too late.</param>
internal sealed record ChaosReport(
    TimeSpan Elapsed, IReadOnlyDictionary<string, int> Troubles, int Accepted, int Completed, int Failed, int Cancelled, int Capacity,
    IReadOnlyList<Guid> Lost, IReadOnlyList<Guid> ReplayedTwice, IReadOnlyList<Guid> CompletedTwice, IReadOnlyList<Guid> FailedWithoutDeadLetter, IReadOnlyList<Guid> CompletedWithoutEffect,
    int Effects, int RepeatedWithinStep, IReadOnlyList<string> RepeatedAfterCheckpoint, int Recovered, int Superseded)
{
    /// <summary>Each trouble can cut off one step of each run that is executed at that moment.</summary>
    public int MostRepetitions => Troubles.Values.Sum() * Capacity;

    public string ToTable()
    {
        var table = new StringBuilder();
        foreach (var (kind, times) in Troubles.OrderBy(trouble => trouble.Key, StringComparer.Ordinal)) Row(table, kind, times);
        Row(table, "runs accepted", Accepted);
        Row(table, "runs completed", Completed);
        Row(table, "runs failed, in the dead letter queue", Failed - FailedWithoutDeadLetter.Count);
        Row(table, "runs cancelled", Cancelled);
        Row(table, "stale runs recovered", Recovered);
        Row(table, "attempts superseded", Superseded);
        Row(table, "effects of steps", Effects);
        Row(table, "effects repeated: cut off within the step", RepeatedWithinStep);
        Row(table, "  of at most", MostRepetitions);
        Row(table, "effects repeated: after the checkpoint", RepeatedAfterCheckpoint.Count);
        Row(table, "runs lost", Lost.Count);
        Row(table, "runs replayed twice at once", ReplayedTwice.Count);
        Row(table, "runs completed twice", CompletedTwice.Count);
        Row(table, "runs completed without an effect", CompletedWithoutEffect.Count);
        Row(table, "runs failed without a dead letter", FailedWithoutDeadLetter.Count);
        Row(table, "seconds", Elapsed.TotalSeconds);
        return table.ToString();
    }

    private static void Row(StringBuilder table, string what, double value) =>
        table.Append(CultureInfo.InvariantCulture, $"{what,-44}{value,10:0}").AppendLine();
}
