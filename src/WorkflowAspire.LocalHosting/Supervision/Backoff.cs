namespace WorkflowAspire.LocalHosting.Supervision;

/// <summary>How long to wait before a process is started again: 1, 2, 4… seconds, 30 at most.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Starts since the process was last well for a while.</summary>
    public int Failures { get; private set; }

    public TimeSpan Next()
    {
        var wait = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(Failures++, 10)));
        return wait < Longest ? wait : Longest;
    }

    public void Reset() => Failures = 0;
}
