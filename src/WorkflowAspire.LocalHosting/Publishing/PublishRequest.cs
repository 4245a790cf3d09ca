using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace WorkflowAspire.LocalHosting.Publishing;

/// <summary>Refuses what Aspire's tools ask of an AppHost when they publish: plain processes make no deployment.</summary>
internal static class PublishRequest
{
    public static void Refuse(IConfiguration configuration)
    {
        var operation = configuration["operation"] ?? configuration["AppHost:Operation"];
        var publisher = configuration["publisher"] ?? configuration["Publishing:Publisher"];
        if (string.Equals(operation, "publish", StringComparison.OrdinalIgnoreCase) || !string.IsNullOrEmpty(publisher))
            throw new DistributedApplicationException(
                $"This AppHost was built with Hosting=local, which can't publish{(string.IsNullOrEmpty(publisher) ? "" : $" (publisher '{publisher}')")}: publish needs Hosting=aspire. Build it with -p:Hosting=aspire, or set the environment variable Hosting=aspire.");
    }
}
