namespace Aspire.StackExchange.Redis;

/// <summary>How a project connects to Redis: the part of Aspire's settings that the local backend has, under the same names.</summary>
public sealed class StackExchangeRedisSettings
{
    /// <summary>Where Redis is, as StackExchange.Redis writes it.</summary>
    /// <value>The connection string of the name that the client is added with, when there is one.</value>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the health check out.</summary>
    /// <value>Default <see langword="false"/>.</value>
    public bool DisableHealthChecks { get; set; }
}
