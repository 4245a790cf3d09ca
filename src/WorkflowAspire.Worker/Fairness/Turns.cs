namespace WorkflowAspire.Worker.Fairness;

/// <summary>Whose turn it is.</summary>
/// <param name="Woken">Jobs that have a place reserved and are to be woken.</param>
/// <param name="Next">The next in line, where it waits for nothing but the rate.</param>
internal sealed record Turns(string[] Woken, TimedTurn? Next);

/// <summary>A parked job and when it may start, counted from now.</summary>
internal sealed record TimedTurn(string JobId, TimeSpan Wait);
