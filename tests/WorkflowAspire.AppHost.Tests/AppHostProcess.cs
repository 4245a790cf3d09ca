using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The AppHost as its user starts it: a process with a command line, output and signals, and with a dashboard.</summary>
internal sealed partial class AppHostProcess : IAsyncDisposable
{
    private const string Mark = "WORKFLOWASPIRE_TEST";
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);

    // Its own output folder: the copy beside the tests lacks what the tests bring along.
    public static readonly string Program = Path.Combine(
        Projects.WorkflowAspire_AppHost.ProjectPath, Path.GetRelativePath(Path.Combine(AppContext.BaseDirectory, "..", "..", ".."), AppContext.BaseDirectory), "WorkflowAspire.AppHost.dll");

    private readonly string _mark = Guid.NewGuid().ToString("N");
    private readonly ServerProcess _process;

    /// <param name="folder">The data folder.</param>
    /// <param name="args">Further arguments.</param>
    /// <param name="variables">Variables of its environment, which its services inherit.</param>
    public AppHostProcess(string folder, IEnumerable<string> args, params (string Name, string Value)[] variables)
    {
        var apiPort = ServerProcess.FreePort();
        Api = new HttpClient { BaseAddress = new Uri(Local(apiPort)) };
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = Local(ServerProcess.FreePort()),
            ["ASPIRE_ALLOW_UNSECURED_TRANSPORT"] = "true",
            ["ASPIRE_VERSION_CHECK_DISABLED"] = "true",
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Local(ServerProcess.FreePort()),
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = Local(ServerProcess.FreePort()),
            ["ADMIN_API_PORT"] = apiPort.ToString(CultureInfo.InvariantCulture),
            [Mark] = _mark,
        };
        foreach (var (name, value) in variables) environment[name] = value;
        // A test run in the background of a shell would hand down that Ctrl-C is ignored.
        _process = new ServerProcess("/usr/bin/env", ["--default-signal=INT", "dotnet", Program, $"--Local:DataPath={folder}", .. args], environment: environment);
    }

    public HttpClient Api { get; }

    public string Output => _process.Output;

    public int ExitCode => _process.ExitCode;

    /// <summary>Where one logs in to the dashboard, as the console says it.</summary>
    public Uri DashboardLogin => new(LoginUrl.Match(Output).Groups["url"].Value);

    /// <summary>The processes that have come of this one and are still there.</summary>
    public IReadOnlyList<int> Left => [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
        .Select(name => int.TryParse(name, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id != 0 && id != _process.Id && HasMark(id))];

    public async Task IsHealthyAsync()
    {
        await Eventually.True(async () =>
        {
            if (_process.HasExited) throw new InvalidOperationException($"The AppHost ended: {Output}");
            try
            {
                return (await Api.GetAsync("/health")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    public async Task<Guid> SubmitAsync(string workflow, object input)
    {
        // Behind a healthy API the orchestrator's proxy may still refuse the first connections.
        var submitted = await Eventually.Get<HttpResponseMessage>(
            () => Api.PostAsJsonAsync($"/api/workflows/{workflow}/runs", new { tenantId = Guid.NewGuid(), input }), answer => answer.IsSuccessStatusCode);
        return (await submitted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    public Task<JsonElement> RunAsync(Guid id) => Api.GetFromJsonAsync<JsonElement>($"/api/runs/{id}");

    public Task<JsonElement> CompletesAsync(Guid id) => Eventually.Get(() => RunAsync(id), run => run.GetProperty("status").GetString() == "completed");

    public void Signal(string name) => _process.Signal(name);

    public Task EndsAsync() => _process.WaitForExitAsync().WaitAsync(EndsWithin);

    public Task NothingIsLeftAsync() => Eventually.Get(() => Left, left => left.Count == 0);

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        if (!_process.HasExited) Signal("TERM");
        await EndsAsync();
        await NothingIsLeftAsync();
        await _process.DisposeAsync();
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");

    private bool HasMark(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Contains($"{Mark}={_mark}", StringComparison.Ordinal) && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended meanwhile, or is another user's.
            return false;
        }
    }

    [GeneratedRegex(@"Login to the dashboard at (?<url>http\S+)")]
    private static partial Regex LoginUrl { get; }
}
