namespace WorkflowAspire.Worker.Sweepers;

/// <summary>What has become of a run's job.</summary>
internal abstract record JobFate
{
    private JobFate()
    {
    }

    /// <summary>It waits, is delayed or is being processed: the run will go on.</summary>
    public sealed record Alive : JobFate;

    /// <summary>It has failed for good.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Failed(string Reason) : JobFate;

    /// <summary>It is done, whatever the run's row says.</summary>
    public sealed record Completed : JobFate;

    /// <summary>It is there, but in no list or set that a worker looks at: Redis has lost a part of the queue, or somebody removed it.</summary>
    public sealed record Stranded : JobFate;

    /// <summary>Nobody has it: Redis was emptied, or has evicted or lost it, or somebody removed it.</summary>
    public sealed record Gone : JobFate;
}
