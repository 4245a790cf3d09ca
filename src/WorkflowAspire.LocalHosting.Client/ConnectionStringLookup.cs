using Microsoft.Extensions.Configuration;

namespace WorkflowAspire.LocalHosting.Client;

/// <summary>Finds the connection string of a resource.</summary>
internal static class ConnectionStringLookup
{
    public static string RequireConnectionString(this IConfiguration configuration, string name) =>
        configuration.GetConnectionString(name) is { Length: > 0 } found
            ? found
            : throw new InvalidOperationException(
                $"The connection string '{name}' is missing: start the system through its AppHost, or set ConnectionStrings__{name}.");
}
