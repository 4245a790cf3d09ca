using System.Collections.Concurrent;
using System.Text.Json;

namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>A job of a <see cref="IBullMQTestHarness"/>, and what became of it.</summary>
public sealed class BullMQTestJob
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal BullMQTestJob(Job job) => Job = job;

    /// <summary>The job as its last attempt had it.</summary>
    public Job Job { get; internal set; }

    /// <summary><see cref="JobState.Waiting"/> before its first attempt, then <see cref="JobState.Active"/>; at the end completed, failed (for good), or delayed or waiting as its consumer said.</summary>
    public JobState State { get; internal set; } = JobState.Waiting;

    /// <summary>How many attempts were made.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    public Exception? Error { get; internal set; }

    /// <summary>What the consumer set as the result: UTF-8 JSON; null before the job completes.</summary>
    public ReadOnlyMemory<byte>? ResultJson { get; internal set; }

    /// <summary>For how long the consumer put the job off, or limited its queue; null where it did not.</summary>
    public TimeSpan? Delay { get; internal set; }

    /// <summary>What the consumer told of its progress, oldest first.</summary>
    public IReadOnlyCollection<JobProgress> Progress => ProgressTold;

    /// <summary>The rows of the job's log.</summary>
    public IReadOnlyCollection<string> Log => Rows;

    /// <summary>Completes when the job has come to an end.</summary>
    public Task Settled => _settled.Task;

    internal ConcurrentQueue<JobProgress> ProgressTold { get; } = new();

    internal ConcurrentQueue<string> Rows { get; } = new();

    /// <summary>The result as <typeparamref name="T"/>.</summary>
    /// <exception cref="InvalidOperationException">The job has not completed, or has no result.</exception>
    public T? GetResult<T>() => ResultJson is { IsEmpty: false } json
        ? JsonSerializer.Deserialize<T>(json.Span, JsonSerializerOptions.Web)
        : throw new InvalidOperationException($"Job {Job.Id} has no result; it is {State}.");

    /// <summary>Makes it active; false where it is not waiting, because somebody else has it.</summary>
    internal bool TryTake()
    {
        lock (_settled)
        {
            if (State != JobState.Waiting) return false;
            State = JobState.Active;
            return true;
        }
    }

    internal void Settle(JobState state)
    {
        State = state;
        _settled.TrySetResult();
    }
}
