namespace WorkflowAspire.BullMQ;

/// <summary>The children of a job, each by its full key such as <c>bull:orders:1</c>; a kind that was not asked for is empty.</summary>
public sealed record JobDependencies
{
    /// <summary>Children that completed, with what they returned: UTF-8 JSON.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Processed { get; init; } = new Dictionary<string, ReadOnlyMemory<byte>>();

    /// <summary>Children that the job waits for.</summary>
    public IReadOnlyList<string> Unprocessed { get; init; } = [];

    /// <summary>Children that failed and that the job goes on without or with at once, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Ignored { get; init; } = new Dictionary<string, string>();

    /// <summary>Children that failed and fail the job.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>Where the next page of <see cref="Processed"/> begins; 0 after the last, null where no pages were asked for.</summary>
    public long? NextProcessedCursor { get; init; }

    /// <summary>Where the next page of <see cref="Unprocessed"/> begins; 0 after the last, null where no pages were asked for.</summary>
    public long? NextUnprocessedCursor { get; init; }

    /// <summary>Where the next page of <see cref="Ignored"/> begins; 0 after the last, null where no pages were asked for.</summary>
    public long? NextIgnoredCursor { get; init; }

    /// <summary>Where the next page of <see cref="Failed"/> would begin, whether or not there is more; null where no pages were asked for.</summary>
    public long? NextFailedCursor { get; init; }
}
