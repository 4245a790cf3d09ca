using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Workflows.Store;

/// <summary>
/// Applies the migrations before any other hosted service starts. A database that is away is waited for in the background: until it is there,
/// whatever needs it says so.
/// </summary>
internal sealed partial class SchemaMigrationService(SchemaMigration migration, TimeProvider time, ILogger<SchemaMigrationService> logger)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    private bool _isApplied;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (await TryAsync(cancellationToken).ConfigureAwait(false) is { } away) Away(away);
        else _isApplied = true;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What it throws ends the host, as it does at the start: without its schema the service can't work at all.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_isApplied) return;
        do await Task.Delay(BetweenTries, time, stoppingToken).ConfigureAwait(false);
        while (await TryAsync(stoppingToken).ConfigureAwait(false) is not null);
        There();
    }

    private async Task<DbException?> TryAsync(CancellationToken ct)
    {
        try
        {
            await migration.ApplyAsync(ct).ConfigureAwait(false);
            return null;
        }
        // A file that can't be opened won't be later.
        catch (DbException error) when (StoreUnavailableException.IsCausedBy(error) && error is not SqliteException { SqliteErrorCode: StoreUnavailableException.CannotOpen })
        {
            return error;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The database can't be used; its schema is brought up to date as soon as it can")]
    private partial void Away(Exception exception);

    [LoggerMessage(LogLevel.Information, "The database is there, and its schema is up to date")]
    private partial void There();
}
