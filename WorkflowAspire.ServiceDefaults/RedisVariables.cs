using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>
/// The runbook's <c>REDIS_HOST</c> and <c>REDIS_PORT</c>. What is set overrides that part of the connection string <c>redis</c>;
/// what neither says is localhost and 6379. Password and options of the connection string stay.
/// </summary>
internal static class RedisVariables
{
    private const string Host = "REDIS_HOST";
    private const string Port = "REDIS_PORT";
    private const string Key = "ConnectionStrings:redis";
    private const int DefaultPort = 6379;

    /// <exception cref="OptionsValidationException">A variable has a value that can't be used; the message names it.</exception>
    public static void Apply(IConfigurationManager configuration)
    {
        var host = ReadHost(configuration[Host]);
        var port = ReadPort(configuration[Port]);
        var given = configuration[Key];
        if (host is null && port is null && !string.IsNullOrEmpty(given)) return;

        var options = string.IsNullOrEmpty(given) ? new ConfigurationOptions() : ConfigurationOptions.Parse(given);
        var (injectedHost, injectedPort) = EndpointOf(options);
        options.EndPoints.Clear();
        options.EndPoints.Add(host ?? injectedHost ?? "localhost", port ?? injectedPort ?? DefaultPort);
        configuration.AddInMemoryCollection([new(Key, options.ToString(includePassword: true))]);
    }

    private static (string? Host, int? Port) EndpointOf(ConfigurationOptions options) => options.EndPoints.FirstOrDefault() switch
    {
        DnsEndPoint named => (named.Host, named.Port == 0 ? null : named.Port),
        IPEndPoint numbered => (numbered.Address.ToString(), numbered.Port == 0 ? null : numbered.Port),
        _ => (null, null),
    };

    private static string? ReadHost(string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        return Uri.CheckHostName(value) != UriHostNameType.Unknown
            ? value
            : throw Refused(Host, value, "a host name or IP address without port or scheme, for example localhost");
    }

    private static int? ReadPort(string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw Refused(Port, value, "a port number from 1 to 65535");
    }

    private static OptionsValidationException Refused(string variable, string value, string expected) =>
        new(variable, typeof(string), [$"{variable} is '{value}'; set it to {expected}, or leave it out."]);
}
