using Microsoft.Extensions.Configuration;

namespace WorkflowAspire.LocalHosting.Client;

/// <summary>Where a client's settings stand: a section for all of its kind, and in it one for each name.</summary>
internal static class ClientConfiguration
{
    public static void BindClient(this IConfiguration configuration, string section, string name, object settings)
    {
        configuration.GetSection(section).Bind(settings);
        configuration.GetSection(section).GetSection(name).Bind(settings);
    }

    public static string Require(string? connectionString, string name) => string.IsNullOrWhiteSpace(connectionString)
        ? throw new InvalidOperationException(
            $"The connection string '{name}' is missing: start the system through its AppHost, or set ConnectionStrings__{name}.")
        : connectionString;
}
