namespace WorkflowAspire.Worker.Fairness;

/// <summary>What became of a job that asked for a place.</summary>
internal abstract record Admission
{
    /// <summary>It has one.</summary>
    /// <param name="Next">The next in line, where it waits for nothing but the rate.</param>
    public sealed record Granted(TimedTurn? Next) : Admission;

    /// <summary>It has none.</summary>
    /// <param name="Wait">When the rate lets it start, counted from now.</param>
    /// <param name="Ahead">How many are in line before it.</param>
    /// <param name="ForPlace">Whether it waits for a place as well.</param>
    public sealed record Refused(TimeSpan Wait, int Ahead, bool ForPlace) : Admission;
}
