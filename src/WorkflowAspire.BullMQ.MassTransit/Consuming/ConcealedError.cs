namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>Goes through MassTransit in place of what a consumer threw, so that its activities and faults don't tell the text.</summary>
internal sealed class ConcealedError(Exception thrown)
    : Exception($"The attempt failed with {thrown.GetType().FullName}. The endpoint's TraceOutcomes is false: only the job and the worker's log say more.")
{
    /// <summary>Whether there is something to conceal: a cancellation, and a job that is put off, mean something to MassTransit and to the queue.</summary>
    public static bool Conceals(Exception thrown) => thrown is not (OperationCanceledException or ConcealedError) && !Outcome.IsMoved(thrown);
}
