using System.Data.Common;
using WorkflowAspire.Workflows.Catalog;

namespace WorkflowAspire.Worker.Execution;

/// <summary>Publishes what this worker can run, before it takes its first run.</summary>
/// <remarks>Where the database is away at the start, as soon as it is there: until then no run can be claimed.</remarks>
internal sealed partial class WorkflowPublication(WorkflowDirectory directory, TimeProvider time, ILogger<WorkflowPublication> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private bool _isPublished;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _isPublished = await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!_isPublished)
        {
            await Task.Delay(BetweenTries, time, stoppingToken);
            _isPublished = await TryAsync(stoppingToken);
        }
    }

    private async Task<bool> TryAsync(CancellationToken ct)
    {
        try
        {
            await directory.PublishAsync(ct);
            return true;
        }
        // Also that the table isn't there yet.
        catch (DbException error)
        {
            NotYet(logger, error);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Debug, "This worker's workflows can't be published yet")]
    private static partial void NotYet(ILogger logger, Exception exception);
}
