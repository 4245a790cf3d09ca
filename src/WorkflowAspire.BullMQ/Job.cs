using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>A job as it was when it was read. It does not follow later changes, except those that are made through it.</summary>
public sealed partial class Job
{
    private readonly QueueConnection _connection;

    internal Job(QueueConnection connection, string id, string name) => (_connection, Id, Name) = (connection, id, name);

    /// <summary>The job's id, unique in its queue.</summary>
    public string Id { get; }

    /// <summary>The name of the job's queue, without prefix.</summary>
    public string QueueName => _connection.Keys.QueueName;

    /// <summary>What every key of the job's queue begins with.</summary>
    public string Prefix => _connection.Keys.Prefix;

    /// <summary>The job's name, which tells kinds of jobs in one queue apart.</summary>
    public string Name { get; }

    /// <summary>The payload as it is stored: UTF-8 JSON, byte for byte what the producer wrote.</summary>
    public ReadOnlyMemory<byte> Data { get; internal set; }

    /// <summary>The options the job was added with.</summary>
    /// <remarks>Jobs that a worker takes together may share one object.</remarks>
    public JobOptions Options { get; internal init; } = new();

    /// <summary>When the job was created.</summary>
    public DateTimeOffset Timestamp { get; internal init; }

    /// <summary>The delay that the job has now; zero once it is due.</summary>
    public TimeSpan Delay { get; internal set; }

    /// <summary>The priority that the job has now; 0 for none.</summary>
    public int Priority { get; internal set; }

    /// <summary>The id that keeps other jobs of its kind out while this one waits or runs; null for none.</summary>
    public string? DeduplicationId { get; internal init; }

    /// <summary>The key of the scheduler that the job comes from; null for none.</summary>
    public string? RepeatJobKey { get; internal init; }

    /// <summary>How many attempts have ended.</summary>
    public int AttemptsMade { get; internal set; }

    /// <summary>How many times a worker has taken the job, those included that ended without a result.</summary>
    public int AttemptsStarted { get; internal set; }

    /// <summary>How many times the job stalled: its worker vanished or lost the lock.</summary>
    public int StalledCounter { get; internal init; }

    /// <summary>When a worker last took the job; null if none has.</summary>
    public DateTimeOffset? ProcessedOn { get; internal set; }

    /// <summary>When the job completed or failed for good; null before.</summary>
    public DateTimeOffset? FinishedOn { get; internal set; }

    /// <summary>The message of the last failed attempt; null where none failed.</summary>
    public string? FailedReason { get; internal set; }

    /// <summary>The stack traces of failed attempts, oldest first.</summary>
    public IReadOnlyList<string> Stacktrace { get; internal set; } = [];

    /// <summary>What the processor returned: UTF-8 JSON; null before the job completes.</summary>
    public ReadOnlyMemory<byte>? ReturnValue { get; internal set; }

    /// <summary>How far the job said it is.</summary>
    /// <value>The number 0 before it says anything, as in Node's package.</value>
    public JobProgress Progress { get; internal set; }

    /// <summary>The name of the worker that last took the job; null for a worker without a name.</summary>
    public string? ProcessedBy { get; internal init; }

    /// <summary>
    /// Why the job is to fail without being processed, because it stalled too often or a child that fails it has failed; null for any other. A worker fails
    /// such a job by itself; a program that takes jobs with <see cref="Worker.GetNextJobAsync"/> hands it in with <see cref="MoveToFailedAsync"/> and
    /// an <see cref="UnrecoverableError"/> of this message.
    /// </summary>
    public string? DeferredFailure { get; internal init; }

    /// <summary>The payload as <typeparamref name="T"/>.</summary>
    /// <exception cref="JsonException">The payload is not JSON of that form.</exception>
    public T? GetData<T>(JsonTypeInfo<T> typeInfo) => JsonSerializer.Deserialize(Data.Span, typeInfo);

    /// <summary>Whether another attempt is allowed after the one that is running fails.</summary>
    public bool HasAttemptsLeft => AttemptsMade + 1 < Options.Attempts;
}
