using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>Healthy when the database file answers a query.</summary>
internal sealed class SqliteHealthCheck(DbDataSource source) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var command = source.CreateCommand("SELECT 1");
            await using var _ = command.ConfigureAwait(false);
            await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (DbException error)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The SQLite file doesn't answer: {error.Message}", error);
        }
    }
}
