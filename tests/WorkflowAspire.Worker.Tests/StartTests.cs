using System.Globalization;
using System.Text.Json;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Worker.Tests;

/// <summary>The worker's real process, from its start to its end.</summary>
public class StartTests(RedisServer redis)
{
    [Theory]
    [InlineData("WORKER_CONCURRENCY", "0")]
    [InlineData("WORKER_CONCURRENCY", "lots")]
    [InlineData("WORKER_CONCURRENCY", "10001")]
    [InlineData("REDIS_PORT", "port")]
    [InlineData("REDIS_PORT", "0")]
    [InlineData("REDIS_PORT", "65536")]
    [InlineData("REDIS_HOST", "redis://localhost")]
    [InlineData("Worker__LockDuration", "never")]
    [InlineData("Worker__Path", "sideways")]
    [InlineData("ExecutionQueue__Attempts", "0")]
    [InlineData("Worker__Tenants__MaxConcurrentRuns", "0")]
    [InlineData("Worker__Tenants__RunsPerSecond", "0")]
    [InlineData("Worker__Tenants__FallbackDelay", "00:00:00")]
    [InlineData("Worker__Tenants__Overrides__6f9619ff-8b86-4d01-b42d-00cf4fc964ff__Burst", "0")]
    [InlineData("Workflows__Steps__Llm__Timeout", "00:05:00")]
    public async Task A_bad_setting_ends_the_start_with_one_message_that_names_it(string variable, string value)
    {
        var (exitCode, messages) = await Start(variable, value);

        exitCode.ShouldBe(1);
        var critical = messages.ShouldHaveSingleItem();
        critical.ShouldContain(variable.Split("__")[^1]);
    }

    [Fact]
    public async Task A_bad_value_is_shown()
    {
        var (_, messages) = await Start("WORKER_CONCURRENCY", "lots");

        messages.ShouldHaveSingleItem().ShouldBe("The service can't start: WORKER_CONCURRENCY is 'lots'; set it to a whole number from 1 to 10000, or leave it out for 100.");
    }

    [Theory]
    [InlineData("Worker__Tenants__Overrides__acme__Burst", "1", "Overrides has 'acme', which is no tenant's id; use a UUID.")]
    [InlineData("Workflows__Steps__Http__Timeout", "00:06:00", "Workflows:Steps:Http:Timeout is 0:06:00; set it below Worker:LockDuration, which is 0:05:00.")]
    public async Task What_to_do_is_said(string variable, string value, string message)
    {
        var (_, messages) = await Start(variable, value);

        messages.ShouldHaveSingleItem().ShouldContain(message);
    }

    [Theory]
    [InlineData("bare")]
    [InlineData("masstransit")]
    public async Task A_worker_whose_Redis_never_came_ends_in_order_when_it_is_told_to(string path)
    {
        var nowhere = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ServerProcess.FreePort()}");
        await using var worker = new WorkerProcess(path, nowhere);
        await Eventually.True(() => worker.Answers("alive"));

        (await worker.Stop()).ShouldBe(0);

        worker.Lines.ShouldContain(line => line.GetProperty("message").GetString() == "Worker stopped");
    }

    [Theory]
    [InlineData("bare")]
    [InlineData("masstransit")]
    public async Task A_start_that_is_probed_and_a_stop_log_no_warning_and_no_error(string path)
    {
        await using var worker = new WorkerProcess(path, redis.ConnectionString);
        await Eventually.True(() => worker.Answers("health"));

        (await worker.Stop()).ShouldBe(0);

        worker.Lines.Where(line => line.GetProperty("level").GetString() is not ("information" or "debug" or "trace")).Select(line => line.ToString()).ShouldBeEmpty();
        worker.Lines.ShouldContain(line => line.GetProperty("message").GetString() == "Worker stopped");
    }

    [Fact]
    public async Task A_worker_whose_database_is_away_at_its_start_waits_for_it()
    {
        await using var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        var database = await postgres.CreateDatabaseAsync();
        await postgres.StopAsync();
        await using var worker = new WorkerProcess("bare", redis.ConnectionString, database);
        await Eventually.True(() => worker.Answers("alive"));
        (await worker.Answers("health")).ShouldBeFalse();

        await postgres.StartAsync();

        await Eventually.True(() => worker.Answers("health"));
        await Eventually.True(() => worker.Lines.Any(line => line.GetProperty("message").GetString() == "The database is there, and its schema is up to date"));
        (await worker.Stop()).ShouldBe(0);
    }

    [Fact]
    public async Task A_schema_that_can_not_be_made_once_the_database_is_there_ends_the_worker_with_an_exit_code()
    {
        await using var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        await postgres.StopAsync();
        await using var worker = new WorkerProcess("bare", redis.ConnectionString, postgres.ConnectionString.Replace("Database=postgres", "Database=nowhere", StringComparison.Ordinal));
        await Eventually.True(() => worker.Answers("alive"));

        await postgres.StartAsync();

        (await worker.End()).ShouldBe(1);
    }

    private static async Task<(int ExitCode, IReadOnlyList<string> Critical)> Start(string variable, string value)
    {
        await using var process = new ServerProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, "WorkflowAspire.Worker.dll")], AppContext.BaseDirectory, new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ConnectionStrings__workflow"] = "Data Source=:memory:",
            [variable] = value,
        });
        await process.WaitForExitAsync();
        var critical = process.Lines.Select(line => JsonElement.Parse(line)).Where(line => line.GetProperty("level").GetString() == "critical");
        return (process.ExitCode, [.. critical.Select(line => line.GetProperty("message").GetString()!)]);
    }

    private sealed class WorkerProcess : IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("worker-");
        private readonly HttpClient _http = new();
        private readonly ServerProcess _process;

        public WorkerProcess(string path, string redis, string? database = null)
        {
            _http.BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ServerProcess.FreePort()}"));
            _process = new ServerProcess("dotnet", [Path.Combine(AppContext.BaseDirectory, "WorkflowAspire.Worker.dll")], AppContext.BaseDirectory, new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = _http.BaseAddress.ToString(),
                ["ConnectionStrings__workflow"] = database ?? $"Data Source={Path.Combine(_folder.FullName, "workflow.db")}",
                ["ConnectionStrings__redis"] = redis,
                ["Worker__Path"] = path,
                ["Worker__StopTimeout"] = "00:00:01",
            });
        }

        public IEnumerable<JsonElement> Lines => _process.Lines.Select(line => JsonElement.Parse(line));

        public async Task<bool> Answers(string path)
        {
            try
            {
                using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }

        public async Task<int> Stop()
        {
            _process.Signal("TERM");
            return await End();
        }

        public async Task<int> End()
        {
            await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            await _process.DisposeAsync();
            _http.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
