using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The runbook's variables in the environment of the AppHost, which its services inherit.</summary>
public sealed class RedisVariablesTests(RedisServer redis) : IClassFixture<RedisServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("redis-variables-").FullName;

    [Fact]
    public async Task A_host_and_a_port_are_where_worker_and_API_connect()
    {
        await using var appHost = Start(("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", $"{redis.Port}"));

        var run = await appHost.CompletesARunAsync();

        // The run is completed in the database before its job is.
        await Eventually.Get(() => JobStateAsync(run), state => state == JobState.Completed);
    }

    [Fact]
    public async Task A_port_that_the_AppHosts_Redis_could_not_have_does_not_lead_worker_and_API_to_whoever_has_it()
    {
        await using var appHost = Start(("REDIS_PORT", $"{redis.Port}"));

        var run = await appHost.CompletesARunAsync();

        (await JobStateAsync(run)).ShouldBe(JobState.Unknown);
    }

    [Fact]
    public async Task A_host_that_is_none_ends_the_start_with_its_name()
    {
        await using var appHost = Start(("REDIS_HOST", "redis://127.0.0.1"));

        await appHost.EndsAsync();

        appHost.Output.ShouldContain("REDIS_HOST is 'redis://127.0.0.1'; set it to a host name or IP address without port or scheme");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<JobState> JobStateAsync(Guid run) => await new Queue("workflow-execution", redis.Connection).GetJobStateAsync(run.ToString());

    private AppHostProcess Start(params (string Name, string Value)[] variables) => new(_folder, variables);

    /// <summary>The AppHost as its user starts it.</summary>
    private sealed class AppHostProcess : IAsyncDisposable
    {
        private readonly ServerProcess _process;
        private readonly HttpClient _api;

        public AppHostProcess(string folder, (string Name, string Value)[] variables)
        {
            var port = ServerProcess.FreePort().ToString(CultureInfo.InvariantCulture);
            _api = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            var environment = variables.Append(("ADMIN_API_PORT", port)).Append(("Local__DataPath", folder)).Append(("Local__Database", "sqlite"));
            _process = new ServerProcess(
                "dotnet", ["run", "--no-build", "--configuration", configuration, "--project", Projects.WorkflowAspire_AppHost.ProjectPath],
                environment: environment.ToDictionary(variable => variable.Item1, variable => variable.Item2));
        }

        public string Output => _process.Output;

        public async Task<Guid> CompletesARunAsync()
        {
            await Eventually.True(IsHealthyAsync);
            var submitted = await Eventually.Get<HttpResponseMessage>(
                () => _api.PostAsJsonAsync("/api/workflows/document-digest/runs", new { tenantId = Guid.NewGuid(), input = new { text = "Here." } }),
                answer => answer.IsSuccessStatusCode);
            var id = (await submitted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
            await Eventually.Get(() => _api.GetFromJsonAsync<JsonElement>($"/api/runs/{id}"), run => run.GetProperty("status").GetString() == "completed");
            return id;
        }

        public Task EndsAsync() => _process.WaitForExitAsync();

        public async ValueTask DisposeAsync()
        {
            _api.Dispose();
            await _process.DisposeAsync();
        }

        private async Task<bool> IsHealthyAsync()
        {
            if (_process.HasExited) throw new InvalidOperationException($"The AppHost ended: {Output}");
            try
            {
                return (await _api.GetAsync("/health")).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }
}
