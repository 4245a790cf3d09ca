namespace Aspire.Npgsql;

/// <summary>How a project connects to its database, under the names of Aspire's settings.</summary>
public class NpgsqlSettings
{
    /// <summary>Where the database is: as Npgsql writes it, or <c>Data Source=…</c> for a SQLite file.</summary>
    /// <value>The connection string of the name that the data source is added with, when there is one.</value>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Keeps Npgsql's activities out of the traces.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool DisableTracing { get; set; }

    /// <summary>Keeps Npgsql's meters out of the metrics.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool DisableMetrics { get; set; }
}
