using System.Globalization;
using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using WorkflowAspire.LocalHosting.Processes;
using WorkflowAspire.LocalHosting.Supervision;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>Runs a project: the assembly that was built along with the AppHost, once for each replica.</summary>
internal sealed class ProjectChoice(EndpointAllocation endpoints, DistributedApplicationExecutionContext execution) : IDisposable
{
    // A health check that keeps connections would see a stopped process later than it could.
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false });

    public Decision Decide(ProjectResource project)
    {
        var metadata = project.Annotations.OfType<IBuiltProject>().FirstOrDefault()
            ?? throw new DistributedApplicationException($"'{project.Name}' is not one of the generated Projects.*; reference the project from the AppHost's project file.");
        if (!File.Exists(metadata.TargetPath))
            throw new DistributedApplicationException($"'{project.Name}' has not been built ({metadata.TargetPath} is missing); build the AppHost, which builds it along.");

        foreach (var endpoint in project.Annotations.OfType<EndpointAnnotation>()) endpoints.Allocate(project, endpoint, "localhost");
        var count = project.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
        var processes = Enumerable.Range(0, count).Select(index => Plan(project, metadata, index, count)).ToList();
        return new Decision(count == 1 ? "project" : string.Create(CultureInfo.InvariantCulture, $"project, {count} replicas"), "built along with the AppHost")
        {
            Endpoint = string.Join('\n', processes.SelectMany(process => process.Urls).Select(url => url.Url)),
            Processes = processes,
        };
    }

    public void Dispose() => _http.Dispose();

    private ProcessPlan Plan(ProjectResource project, IBuiltProject metadata, int index, int count)
    {
        var id = count == 1 ? project.Name : string.Create(CultureInfo.InvariantCulture, $"{project.Name}-{index + 1}");
        // The first replica has the address that the resource is known by.
        var addresses = project.Annotations.OfType<EndpointAnnotation>().ToDictionary(
            endpoint => endpoint.Name,
            endpoint => index == 0 ? endpoint.AllocatedEndpoint! : new AllocatedEndpoint(endpoint, "localhost", endpoints.Another()));
        return new ProcessPlan(project, id)
        {
            Start = ct => StartAsync(project, metadata, id, addresses, ct),
            Check = project.Annotations.OfType<HttpHealthAnnotation>().LastOrDefault() is { } health ? ct => CheckAsync(health, addresses, ct) : null,
            Urls = [.. addresses.Select(address => new UrlSnapshot(address.Key, address.Value.UriString, IsInternal: !address.Value.Endpoint.IsExternal))],
        };
    }

    private async Task<ChildStart> StartAsync(ProjectResource project, IBuiltProject metadata, string id, Dictionary<string, AllocatedEndpoint> addresses, CancellationToken ct)
    {
        var environment = await new ProjectEnvironment(project, id, execution).ResolveAsync(addresses, ct).ConfigureAwait(false);
        var folder = Path.GetDirectoryName(metadata.ProjectPath);
        return new ChildStart(Programs.Dotnet, [metadata.TargetPath, .. await ArgumentsAsync(project, ct).ConfigureAwait(false)])
        {
            // As dotnet run does: so that appsettings.json is found.
            WorkingDirectory = Directory.Exists(folder) ? folder : Path.GetDirectoryName(metadata.TargetPath),
            Environment = environment,
        };
    }

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(ProjectResource project, CancellationToken ct)
    {
        var context = new CommandLineArgsCallbackContext([], project, ct);
        foreach (var callback in project.Annotations.OfType<CommandLineArgsCallbackAnnotation>()) await callback.Callback(context).ConfigureAwait(false);
        var arguments = new List<string>();
        foreach (var argument in context.Args) arguments.Add(await ProjectEnvironment.TextAsync(argument, ct).ConfigureAwait(false));
        return arguments;
    }

    private async Task CheckAsync(HttpHealthAnnotation health, Dictionary<string, AllocatedEndpoint> addresses, CancellationToken ct)
    {
        var address = addresses[health.Endpoint().EndpointName];
        using var response = await _http.GetAsync(new Uri(new Uri(address.UriString), health.Path), ct).ConfigureAwait(false);
        if (response.StatusCode != (HttpStatusCode)health.StatusCode)
            throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"{health.Path} answered {(int)response.StatusCode}"));
    }
}
