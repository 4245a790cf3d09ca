using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Workflows.Llm.Calls;

/// <summary>Reports how much of a streamed answer has arrived, twice a second at most.</summary>
internal sealed partial class AnswerProgress(Asker asker, ChatServices services)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private int _characters;
    private int _reported;
    private long? _reportedAt;

    public async Task AddAsync(int characters, CancellationToken ct)
    {
        _characters += characters;
        if (_characters > _reported && (_reportedAt is not { } last || services.Time.GetElapsedTime(last) >= Interval)) await ReportAsync(ct).ConfigureAwait(false);
    }

    public async Task EndAsync(CancellationToken ct)
    {
        if (_characters > _reported) await ReportAsync(ct).ConfigureAwait(false);
    }

    private async Task ReportAsync(CancellationToken ct)
    {
        (_reported, _reportedAt) = (_characters, services.Time.GetTimestamp());
        foreach (var sink in services.Progress)
        {
            try
            {
                await sink.ReportAsync(new StepProgress(asker.RunId, asker.Step, _characters), ct).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // Whoever watches misses a figure; the answer goes on.
                NotReported(services.Logger, error, asker.Step, asker.RunId, asker.TenantId);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The progress of a step could not be reported")]
    private static partial void NotReported(ILogger logger, Exception exception, string step, Guid runId, Guid tenantId);
}
