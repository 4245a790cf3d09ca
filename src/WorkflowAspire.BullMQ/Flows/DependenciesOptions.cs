namespace WorkflowAspire.BullMQ;

/// <summary>Which children of a job to read, kind by kind; a kind that is null is left out.</summary>
public sealed record DependenciesOptions
{
    /// <summary>Children that completed.</summary>
    public DependenciesPage? Processed { get; init; }

    /// <summary>Children that the job waits for.</summary>
    public DependenciesPage? Unprocessed { get; init; }

    /// <summary>Children that failed and that the job goes on without.</summary>
    public DependenciesPage? Ignored { get; init; }

    /// <summary>Children that failed and fail the job.</summary>
    public DependenciesPage? Failed { get; init; }

    internal bool IsEmpty => this is { Processed: null, Unprocessed: null, Ignored: null, Failed: null };

    internal static DependenciesOptions First(int count)
    {
        var page = new DependenciesPage { Count = count };
        return new DependenciesOptions { Processed = page, Unprocessed = page, Ignored = page, Failed = page };
    }
}

/// <summary>A part of a job's children of one kind.</summary>
public sealed record DependenciesPage
{
    /// <summary>Where the page begins: 0, or the next cursor of the page before.</summary>
    public long Cursor { get; init; }

    /// <summary>About how many children to read. Redis gives all of them at once where they are few (up to 128 by default).</summary>
    /// <value>Default 20.</value>
    public int Count { get; init; } = 20;
}
