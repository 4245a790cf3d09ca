using Aspire.Hosting;

namespace WorkflowAspire.Hosting.Data;

internal static class Volumes
{
    /// <summary>
    /// The name of a container's volume. Here Aspire makes one of the AppHost's path, so that two copies of the source don't share their data; what is
    /// published must be the same whoever publishes it.
    /// </summary>
    public static string? VolumeName(this IDistributedApplicationBuilder builder, string resource) =>
        builder.ExecutionContext.IsRunMode ? null : $"workflow-{resource}-data";
}
