using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;
using MassTransit.Transports;

namespace WorkflowAspire.BullMQ.MassTransit.Consuming;

/// <summary>A job as it goes through MassTransit's pipe. Its payload is read when the pipe asks for it.</summary>
internal sealed class JobReceiveContext<T>(BullMQJob job, JobPayload<T> payload, QueueEndpointContext endpoint, CancellationToken cancellationToken)
    : BaseReceiveContext(job.Job.AttemptsStarted > 1, endpoint)
    where T : class
{
    private static readonly ContentType Json = new("application/json");

    private ConsumeContext? _consumeContext;
    private bool _isUnreadable;

    // Lost lock, closing worker, cancelled job: all of it is in the worker's token.
    public override CancellationToken CancellationToken => cancellationToken;

    public override MessageBody Body => new MemoryMessageBody(job.Job.Data);

    protected override IHeaderProvider HeaderProvider => new JobHeaders(job.Job);

    public override bool HasPayloadType(Type payloadType) => payloadType.IsInstanceOfType(job) || base.HasPayloadType(payloadType);

    public override bool TryGetPayload<TPayload>([NotNullWhen(true)] out TPayload? payload)
        where TPayload : class
    {
        if (typeof(TPayload) == typeof(BullMQJob)) return (payload = job as TPayload) is not null;
        if (typeof(TPayload) != typeof(ConsumeContext)) return base.TryGetPayload(out payload);
        payload = _isUnreadable ? null : ConsumeContext() as TPayload;
        return payload is not null;
    }

    // To put a job off is no fault, so nothing is logged as one.
    public override Task NotifyFaulted<TMessage>(ConsumeContext<TMessage> context, TimeSpan duration, string consumerType, Exception exception) =>
        Outcome.IsMoved(exception) ? Task.CompletedTask : base.NotifyFaulted(context, duration, consumerType, exception);

    public override Task NotifyFaulted(Exception exception) => Outcome.IsMoved(exception) ? Task.CompletedTask : base.NotifyFaulted(exception);

    protected override ContentType GetContentType() => Json;

    private ConsumeContext ConsumeContext()
    {
        if (_consumeContext is { } known) return known;
        // Whoever handles the failure may ask again.
        _isUnreadable = true;
        var read = _consumeContext = new JobConsumeContext<T>(this, job.Job, payload.Read(job.Job));
        _isUnreadable = false;
        return read;
    }
}
