using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

/// <summary>
/// REDIS_HOST and REDIS_PORT. With a host they name a Redis that exists already, and the services connect there; REDIS_PORT by itself is the port
/// that the AppHost's own Redis shall have.
/// </summary>
internal sealed class RedisVariables
{
    private readonly string? _host;
    private readonly int _port;

    private RedisVariables(string? host, int port)
    {
        _host = host;
        _port = port;
    }

    /// <summary>Reads them. The local backend starts no Redis for a connection string, so a host becomes one, unless one is given.</summary>
    public static RedisVariables Read(IConfigurationManager configuration, AppHostSettings settings)
    {
        var host = configuration["REDIS_HOST"];
        if (string.IsNullOrEmpty(host)) return new(host: null, settings.RedisPort);
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            throw new DistributedApplicationException($"REDIS_HOST is '{host}'; set it to a host name or IP address without port or scheme, for example localhost, or leave it out.");

        if (string.IsNullOrEmpty(configuration.GetConnectionString("redis")))
        {
            var name = IPAddress.TryParse(host, out var address) && host.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : host;
            configuration.AddInMemoryCollection([new("ConnectionStrings:redis", string.Create(CultureInfo.InvariantCulture, $"{name}:{settings.RedisPort}"))]);
        }

        return new(host, settings.RedisPort);
    }

    /// <summary>
    /// Gives them to a service that runs here. It inherits the AppHost's variables, and a port which was only wished for must not override the
    /// connection string; a deployed service has its own.
    /// </summary>
    public void Pass(EnvironmentCallbackContext context)
    {
        if (!context.ExecutionContext.IsRunMode) return;
        context.EnvironmentVariables["REDIS_HOST"] = _host ?? "";
        context.EnvironmentVariables["REDIS_PORT"] = _host is null ? "" : _port.ToString(CultureInfo.InvariantCulture);
    }
}
