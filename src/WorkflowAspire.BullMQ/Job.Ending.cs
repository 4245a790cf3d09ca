namespace WorkflowAspire.BullMQ;

// What the end of an attempt changes of the job, once Redis has recorded it: as a job that is read then has it.
public sealed partial class Job
{
    private static readonly byte[] Nothing = "null"u8.ToArray();

    internal void Completed(ReadOnlyMemory<byte> returnValue, DateTimeOffset now)
    {
        AttemptsMade++;
        ReturnValue = returnValue.IsEmpty ? Nothing : returnValue;
        FinishedOn = AsStored(now);
    }

    internal void Retried(Exception error, IReadOnlyList<string> stacktrace, TimeSpan wait)
    {
        AttemptsMade++;
        (FailedReason, Stacktrace) = (error.Message, stacktrace);
        if (wait > TimeSpan.Zero) Delay = wait;
    }

    internal void FailedForGood(Exception error, IReadOnlyList<string> stacktrace, DateTimeOffset now)
    {
        AttemptsMade++;
        (FailedReason, Stacktrace, FinishedOn) = (error.Message, stacktrace, AsStored(now));
    }

    // Redis has it to the millisecond.
    private static DateTimeOffset AsStored(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
