using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>The environment variables of one process of a project.</summary>
internal sealed class ProjectEnvironment(ProjectResource project, string id, DistributedApplicationExecutionContext execution)
{
    // Meant for the AppHost: a child that saw them would listen where it shouldn't.
    private static readonly string[] AppHostOnly = ["ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_URLS", "DOTNET_URLS", "URLS"];

    public async Task<IReadOnlyDictionary<string, string?>> ResolveAsync(IReadOnlyDictionary<string, AllocatedEndpoint> addresses, CancellationToken ct)
    {
        var variables = AppHostOnly.ToDictionary(name => name, _ => (string?)null);
        variables["ASPNETCORE_ENVIRONMENT"] = "Development";
        variables["DOTNET_ENVIRONMENT"] = "Development";
        variables["OTEL_SERVICE_NAME"] = project.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = ResourceAttributes();
        if (addresses.Values.Where(address => address.UriScheme == "http").Select(address => address.UriString).ToList() is { Count: > 0 } urls)
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        foreach (var address in addresses.Values.Where(address => address.Endpoint.PortVariable is not null))
            variables[address.Endpoint.PortVariable!] = address.Port.ToString(CultureInfo.InvariantCulture);

        var context = new EnvironmentCallbackContext(execution, project, cancellationToken: ct);
        foreach (var callback in project.Annotations.OfType<EnvironmentCallbackAnnotation>()) await callback.Callback(context).ConfigureAwait(false);
        foreach (var (name, value) in context.EnvironmentVariables) variables[name] = await TextAsync(value, ct).ConfigureAwait(false);
        return variables;
    }

    public static async Task<string> TextAsync(object value, CancellationToken ct) => value switch
    {
        IValueProvider later => await later.GetValueAsync(ct).ConfigureAwait(false) ?? "",
        IFormattable known => known.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // Replicas share a service name; the instance tells them apart.
    private string ResourceAttributes()
    {
        var given = Environment.GetEnvironmentVariable("OTEL_RESOURCE_ATTRIBUTES");
        var own = $"service.instance.id={id}";
        return string.IsNullOrEmpty(given) ? own : $"{given},{own}";
    }
}
