using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WorkflowAspire.LocalHosting.Client;

/// <summary>Healthy when the database answers a query.</summary>
internal sealed class DatabaseHealthCheck(DbDataSource source) : IHealthCheck
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
            return new HealthCheckResult(context.Registration.FailureStatus, "The database doesn't answer.", error);
        }
    }
}
