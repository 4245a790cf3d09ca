using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

/// <summary>Where a <see cref="QueueEvents"/> finds the event stream and where it begins; names and defaults are those of Node's package.</summary>
public sealed partial class QueueEventsOptions
{
    /// <summary>What every key of the queue begins with.</summary>
    /// <value>Default <c>bull</c>.</value>
    public string Prefix { get; init; } = "bull";

    /// <summary>The event after which to begin: an id, <c>0</c> for all that the stream still has, or <c>$</c> for what comes from now on.</summary>
    /// <value>Default <c>$</c>.</value>
    public string LastEventId { get; init; } = "$";

    /// <summary>How long one read waits on the server for an event before it is asked again; what happens meanwhile arrives at once.</summary>
    /// <value>Default 10 seconds.</value>
    public TimeSpan BlockingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Adjusts the connection on which the events are read. It starts from the given multiplexer's configuration string, which
    /// has no callbacks (certificates, tokens): add those here.
    /// </summary>
    public Action<ConfigurationOptions>? ConfigureBlockingConnection { get; init; }

    /// <exception cref="ArgumentException">An option is outside its range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(LastEventId);
        if (!EventId().IsMatch(LastEventId))
            throw new ArgumentException($"An event id is milliseconds and a counter, like 1764020000000-0, or 0, or $; got '{LastEventId}'.", nameof(LastEventId));
        ArgumentOutOfRangeException.ThrowIfLessThan(BlockingTimeout, TimeSpan.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BlockingTimeout, TimeSpan.FromHours(1));
    }

    [GeneratedRegex(@"^(\$|[0-9]{1,19}(-[0-9]{1,19})?)$", RegexOptions.CultureInvariant)]
    private static partial Regex EventId();
}
