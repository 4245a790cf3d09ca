namespace WorkflowAspire.BullMQ.MassTransit;

/// <summary>How a queue is called in MassTransit's addresses, for example <c>bullmq:bull/orders</c>.</summary>
internal static class QueueAddress
{
    public static Uri Of(string prefix, string queueName) => new($"bullmq:{Uri.EscapeDataString(prefix)}/{Uri.EscapeDataString(queueName)}");
}
