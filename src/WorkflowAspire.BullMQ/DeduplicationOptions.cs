using System.Text.Json.Serialization;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>Keeps jobs of one kind from piling up: BullMQ's <c>deduplication</c> option.</summary>
/// <remarks>
/// While the key <c>de:{id}</c> names a job, adding another of the same deduplication id adds nothing: the job that is there is returned,
/// and the event <c>deduplicated</c> tells. The key goes when that job ends or is removed, or after <see cref="Ttl"/> where it is given.
/// </remarks>
/// <param name="Id">What the jobs of one kind have in common.</param>
[JsonConverter(typeof(DeduplicationConverter))]
public sealed record DeduplicationOptions(string Id)
{
    /// <summary>How long jobs of this id are kept out, counted from the job that was added, to the millisecond; it outlasts that job's end.</summary>
    /// <value>Default null: as long as the job waits or runs.</value>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Counts <see cref="Ttl"/> anew from each job that was kept out.</summary>
    public bool Extend { get; init; }

    /// <summary>A job that is still delayed gives way to the new one.</summary>
    public bool Replace { get; init; }

    /// <summary>A job that is still delayed keeps its id and data and gets the delay of the job that was kept out; not together with <see cref="Replace"/>.</summary>
    public bool Reschedule { get; init; }

    /// <summary>Of the jobs that arrive while the first one is being processed, the last is added when that one ends; <see cref="Ttl"/> counts for nothing then.</summary>
    public bool KeepLastIfActive { get; init; }

    /// <exception cref="ArgumentException">The id is empty, or the time to live shorter than a millisecond.</exception>
    internal void Validate(string parameterName)
    {
        if (string.IsNullOrEmpty(Id)) throw new ArgumentException("deduplication needs an id.", parameterName);
        if (Ttl < TimeSpan.FromMilliseconds(1)) throw new ArgumentOutOfRangeException(parameterName, Ttl, "ttl is at least a millisecond; leave it null for none.");
    }
}
