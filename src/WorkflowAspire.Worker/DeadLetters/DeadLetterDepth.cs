using System.Diagnostics.Metrics;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.DeadLetters;

/// <summary>Reports how many jobs the dead letter queue holds, as the gauge <c>workflow.dlq.depth</c>.</summary>
internal sealed partial class DeadLetterDepth : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Queue _deadLetters;
    private readonly TimeProvider _time;
    private readonly ILogger<DeadLetterDepth> _logger;
    private long? _depth;

    public DeadLetterDepth(IConnectionMultiplexer redis, IMeterFactory meters, TimeProvider time, ILogger<DeadLetterDepth> logger)
    {
        (_time, _logger) = (time, logger);
        _deadLetters = new Queue(ExecutionQueue.DeadLetterName, redis, timeProvider: time);
        // No measurement before Redis has answered: an unknown depth isn't zero.
        meters.Create(WorkflowTelemetry.SourceName).CreateObservableGauge(
            "workflow.dlq.depth", () => _depth is { } depth ? [new Measurement<long>(depth)] : Array.Empty<Measurement<long>>(), "{job}", "Jobs in the dead letter queue.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                _depth = (await _deadLetters.GetJobCountsAsync(stoppingToken))[JobState.Waiting];
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                _depth = null;
                NotRead(_logger, error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Debug, "The depth of the dead letter queue could not be read")]
    private static partial void NotRead(ILogger logger, Exception exception);
}
