namespace WorkflowAspire.BullMQ.Processing;

/// <summary>One moment as the worker's clocks and the server's tell it.</summary>
/// <param name="Now">The worker's time.</param>
/// <param name="Timestamp">The worker's <see cref="TimeProvider.GetTimestamp"/>, or a somewhat earlier one.</param>
/// <param name="ServerTime">The server's time, in microseconds since 1970.</param>
internal readonly record struct Moment(DateTimeOffset Now, long Timestamp, long ServerTime)
{
    // Clocks that nobody corrects drift apart by less than a tenth of a second in this time.
    private static readonly TimeSpan LongestUse = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>What the server's clock showed when <see cref="Now"/>'s millisecond began.</summary>
    public long ServerTimeOfItsMillisecond => ServerTime - (Now.Ticks % TimeSpan.TicksPerMillisecond / TimeSpan.TicksPerMicrosecond);

    /// <summary>When the server made a call, from when it was sent and answered: half-way between. Null where that says too little.</summary>
    public static Moment? Within(DateTimeOffset sentAt, long sent, long answered, long serverTime, TimeProvider time)
    {
        var took = time.GetElapsedTime(sent, answered);
        return took < Tolerance ? new Moment(sentAt + (took / 2), sent, serverTime) : null;
    }

    /// <summary>A later moment, of which only the server's time is known.</summary>
    public Moment At(long serverTime, TimeProvider time)
    {
        // As Take.lua reckons.
        var passed = TimeSpan.FromMicroseconds(Math.Max(0, serverTime - ServerTime));
        return new Moment(Now + passed, Timestamp + (long)(passed.TotalSeconds * time.TimestampFrequency), serverTime);
    }

    /// <summary>Whether later moments can be reckoned from this one: it is not long ago, and nobody has set the worker's clock since.</summary>
    public bool IsOfUse(TimeProvider time)
    {
        var passed = time.GetElapsedTime(Timestamp);
        return passed < LongestUse && (time.GetUtcNow() - Now - passed).Duration() < Tolerance;
    }
}
