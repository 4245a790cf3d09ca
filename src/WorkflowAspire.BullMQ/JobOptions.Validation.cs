namespace WorkflowAspire.BullMQ;

// What is refused before anything is sent: what Node's package refuses, and what it takes but no job can mean.
public sealed partial record JobOptions
{
    /// <exception cref="ArgumentException">An option is outside its range; the message names it and its value.</exception>
    internal void Validate()
    {
        if (JobId is { } id) CustomJobId.Validate(id, nameof(JobId));
        if (Attempts is { } attempts) ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1, nameof(Attempts));
        if (Delay is { } delay) ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero, nameof(Delay));
        if (Priority is { } priority)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(priority, nameof(Priority));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, LowestPriority, nameof(Priority));
        }

        if (StackTraceLimit is { } traces) ArgumentOutOfRangeException.ThrowIfNegative(traces, nameof(StackTraceLimit));
        if (KeepLogs is { } lines) ArgumentOutOfRangeException.ThrowIfNegative(lines, nameof(KeepLogs));
        if (SizeLimit is { } size) ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(SizeLimit));
        if (Timestamp is { } timestamp) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timestamp, DateTimeOffset.UnixEpoch, nameof(Timestamp));
        if (RepeatJobKey is { } key) ArgumentException.ThrowIfNullOrEmpty(key, nameof(RepeatJobKey));
        RemoveOnComplete?.Validate(nameof(RemoveOnComplete));
        RemoveOnFail?.Validate(nameof(RemoveOnFail));
        Backoff?.Validate(nameof(Backoff));
        Deduplication?.Validate(nameof(Deduplication));
        if (Deduplication is { } deduplication && Parent is { } parent)
            throw new ArgumentException($"A job with deduplication cannot have a parent, which would wait for a job that was not added; got '{deduplication.Id}' and the parent '{parent.Key}'.", nameof(Deduplication));
        ValidateFlow();
        if (Others is not null) ValidateOthers();
    }

    /// <exception cref="ArgumentException">The payload is larger than these options allow.</exception>
    internal void ValidateSize(string jobName, int bytes, string parameterName)
    {
        if (SizeLimit is > 0 and var limit && bytes > limit)
            throw new ArgumentException($"The payload of job '{jobName}' has {bytes} bytes, more than its sizeLimit of {limit}.", parameterName);
    }

    private void ValidateOthers()
    {
        if (Others!.ContainsKey("debounce"))
            throw new ArgumentException("BullMQ has replaced the option debounce; set Deduplication.", nameof(Others));
        if (Delay > TimeSpan.Zero && Others.ContainsKey("repeat"))
            throw new ArgumentException("A job cannot have both a delay and the option repeat.", nameof(Others));
    }
}
