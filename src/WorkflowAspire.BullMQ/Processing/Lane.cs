namespace WorkflowAspire.BullMQ.Processing;

/// <summary>One of a worker's ways to Redis: at most one exchange is under way on it.</summary>
internal sealed class Lane(Exchange exchange)
{
    public Exchange Exchange => exchange;

    /// <summary>The jobs that its next exchange hands in, or that the one under way does.</summary>
    public List<FinishedJob> Pending { get; } = [];

    /// <summary>The slots that its exchange may fill; kept while an answer is missing, since jobs may have been taken.</summary>
    public int Asked { get; set; }

    /// <summary>Whether its exchange has been sent and not answered.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>Whether the pending jobs were handed in before, in a call whose answer was lost.</summary>
    public bool Repeats { get; set; }
}
