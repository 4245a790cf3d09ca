using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>
/// The runbook's <c>REDIS_HOST</c> and <c>REDIS_PORT</c>. What is set takes the place of that part of every endpoint in the connection string
/// <c>redis</c>, whoever gave that; its password and other options stay. Without any of the three Redis is at localhost:6379.
/// </summary>
internal static class RedisVariables
{
    private const string Host = "REDIS_HOST";
    private const string Port = "REDIS_PORT";
    private const string Key = "ConnectionStrings:redis";

    /// <exception cref="OptionsValidationException">A variable or the connection string has a value that can't be used; the message names it.</exception>
    public static void Apply(IConfigurationManager configuration)
    {
        var host = ReadHost(configuration[Host]);
        var port = ReadPort(configuration[Port]);
        var given = configuration[Key];
        var endpoints = ReadEndpoints(given);
        if (host is null && port is null && endpoints.Count > 0) return;

        var addresses = endpoints.DefaultIfEmpty(new DnsEndPoint("localhost", 0)).Select(endpoint => Address(endpoint, host, port)).Distinct();
        // As they were written: parsing and writing them again loses some.
        var options = (given ?? "").Split(',').Where(part => part.Contains('=', StringComparison.Ordinal));
        configuration.AddInMemoryCollection([new(Key, string.Join(',', [.. addresses, .. options]))]);
    }

    // A port that nobody gave is left to the client: 6379, or what TLS and Sentinel have instead.
    private static string Address(EndPoint endpoint, string? host, int? port)
    {
        var (givenHost, givenPort) = endpoint switch
        {
            DnsEndPoint named => (named.Host, named.Port),
            IPEndPoint numbered => (numbered.Address.ToString(), numbered.Port),
            // A socket of this machine, which a variable replaces as a whole.
            _ => ("localhost", 0),
        };
        var name = host ?? givenHost;
        if (IPAddress.TryParse(name, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6) name = $"[{address}]";
        return (port ?? givenPort) is > 0 and var number ? string.Create(CultureInfo.InvariantCulture, $"{name}:{number}") : name;
    }

    private static EndPointCollection ReadEndpoints(string? connectionString)
    {
        try
        {
            return string.IsNullOrWhiteSpace(connectionString) ? [] : ConfigurationOptions.Parse(connectionString).EndPoints;
        }
        catch (ArgumentException)
        {
            // Its message may quote a part of a password.
            throw Refused("ConnectionStrings__redis", "ConnectionStrings__redis can't be read; write it as host:port,option=value, for example redis:6380,ssl=true.");
        }
    }

    private static string? ReadHost(string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        return Uri.CheckHostName(value) != UriHostNameType.Unknown
            ? value
            : throw Refused(Host, $"{Host} is '{value}'; set it to a host name or IP address without port or scheme, for example localhost, or leave it out.");
    }

    private static int? ReadPort(string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw Refused(Port, $"{Port} is '{value}'; set it to a port number from 1 to 65535, or leave it out.");
    }

    private static OptionsValidationException Refused(string setting, string message) => new(setting, typeof(string), [message]);
}
