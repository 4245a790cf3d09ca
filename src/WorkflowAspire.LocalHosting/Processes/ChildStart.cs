namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>What to start: a program, its arguments, its surroundings.</summary>
internal sealed record ChildStart(string FileName, IReadOnlyList<string> Arguments)
{
    public string? WorkingDirectory { get; init; }

    /// <summary>Added to the AppHost's own environment; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The user to run as, when the AppHost is root and the program must not be.</summary>
    public UnprivilegedUser? User { get; init; }
}
