using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

/// <summary>Publishes events of a program's own in a queue's stream, which <see cref="QueueEvents"/> (Node's too) tells. Thread-safe.</summary>
public sealed class QueueEventsProducer
{
    private readonly IDatabase _database;
    private readonly RedisKey _stream;

    /// <summary>Opens the stream of a queue; it uses the given connection and owns none.</summary>
    /// <param name="queueName">The queue.</param>
    /// <param name="redis">The connection to use.</param>
    /// <param name="prefix">What every key of the queue begins with.</param>
    /// <exception cref="ArgumentException">The name is empty or has a colon.</exception>
    public QueueEventsProducer(string queueName, IConnectionMultiplexer redis, string prefix = "bull")
    {
        QueueKeys.Validate(queueName, nameof(queueName));
        ArgumentNullException.ThrowIfNull(redis);
        ArgumentNullException.ThrowIfNull(prefix);
        QueueName = queueName;
        _database = redis.GetDatabase();
        _stream = new QueueKeys(prefix, queueName).Of("events");
    }

    /// <summary>The queue.</summary>
    public string QueueName { get; }

    /// <summary>Publishes an event.</summary>
    /// <param name="eventName">The event's name; one of BullMQ's own is read as that event.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="maxEvents">How many events, of all kinds, the stream keeps about. The default is Node's, less than the 10,000 that a queue itself keeps.</param>
    /// <param name="ct">Ends the wait; an event that is on its way by then is published all the same.</param>
    /// <returns>The event's id.</returns>
    /// <exception cref="ArgumentException">The name is empty, a field is named <c>event</c>, which is where the name itself is, or <paramref name="maxEvents"/> is negative.</exception>
    /// <exception cref="NotSupportedException">The server has no streams, as Garnet.</exception>
    /// <exception cref="RedisException">Redis can't be reached or refuses.</exception>
    public async Task<string> PublishEventAsync(
        string eventName, IEnumerable<KeyValuePair<string, string>>? fields = null, int maxEvents = 1000, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        ArgumentOutOfRangeException.ThrowIfNegative(maxEvents);
        ct.ThrowIfCancellationRequested();
        var entry = new List<NameValueEntry> { new("event", eventName) };
        foreach (var (field, value) in fields ?? [])
        {
            if (field == "event") throw new ArgumentException("A field can't be named 'event': the event's name is stored there.", nameof(fields));
            entry.Add(new NameValueEntry(field, value));
        }

        try
        {
            return (await _database.StreamAddAsync(_stream, [.. entry], maxLength: maxEvents, useApproximateMaxLength: true).WaitAsync(ct).ConfigureAwait(false))!;
        }
        catch (RedisServerException unknown) when (unknown.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase))
        {
            throw new NotSupportedException($"The server has no streams ({unknown.Message}), so queue '{QueueName}' has no events there; use Redis or Valkey.", unknown);
        }
    }
}
