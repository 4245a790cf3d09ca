namespace WorkflowAspire.BullMQ;

/// <summary>The events that one read has brought.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="MayHaveMore">Whether it brought as many as it may.</param>
internal sealed record EventPage(IReadOnlyList<ReadEvent> Events, bool MayHaveMore)
{
    public static readonly EventPage Empty = new([], MayHaveMore: false);
}

/// <summary>An event as it was read.</summary>
/// <param name="Event">The event.</param>
/// <param name="Fault">What of it is not of the form that its name says; null where all is.</param>
internal readonly record struct ReadEvent(QueueEvent Event, string? Fault)
{
    public static ReadEvent Of(EventFields fields) => new(EventKinds.Read(fields, out var fault), fault);
}
