namespace WorkflowAspire.Bench;

/// <summary>What Redis has executed since it was told to forget.</summary>
/// <param name="Scripts">Script calls.</param>
/// <param name="ScriptMicroseconds">Time inside them.</param>
/// <param name="All">Commands: those that clients sent, and those that scripts called.</param>
internal sealed record Commands(long Scripts, double ScriptMicroseconds, long All);
