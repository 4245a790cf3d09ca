using Aspire.Hosting;

namespace WorkflowAspire.Hosting.Choices;

internal static class PortsExtensions
{
    public static Ports Ports(this IDistributedApplicationBuilder builder, string resource) => new(builder, resource);
}
