using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>What Aspire's dashboard tells of a run, asked by the dashboard's own API.</summary>
public sealed class DashboardTests(SystemWithDashboard system) : IClassFixture<SystemWithDashboard>
{
    [Fact]
    public async Task The_trace_of_a_completed_run_goes_from_the_request_to_the_last_step()
    {
        var id = await system.CompletesARunAsync();

        // Each service sends its own part of the trace, when it likes.
        var spans = await Eventually.Get(() => system.Dashboard.TraceOfAsync(id), IsWhole);

        spans.Select(span => span.TraceId).Distinct().ShouldHaveSingleItem();
        spans.ShouldContain(span => span.Name == "POST /api/workflows/{name}/runs" && span.Resource == "api");
        spans.ShouldContain(span => span.Name == "run document-digest" && span.Resource == "worker");
        spans.ShouldContain(span => span.Name == "store Claim" && span.Resource == "worker");
        spans.Count(span => span.Name == "store SaveStep").ShouldBeGreaterThanOrEqualTo(4);
        spans.Where(span => span.ParentId.Length == 0).Select(span => span.Name).ShouldHaveSingleItem().ShouldStartWith("POST ");
    }

    [Fact]
    public async Task A_start_and_a_run_log_no_warning_and_no_error()
    {
        await system.CompletesARunAsync();

        (await system.Dashboard.WarningsAsync()).Select(line => line.Body).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_looks_of_sweepers_at_the_database_are_no_traces()
    {
        var id = await system.CompletesARunAsync();
        await Eventually.Get(() => system.Dashboard.TraceOfAsync(id), trace => trace.Count > 0);

        // By now the migrations, the relay and the reconciler have asked the database.
        var roots = (await system.Dashboard.AllAsync()).Where(span => span.ParentId.Length == 0).Select(span => span.Name).Distinct();

        roots.ShouldAllBe(name => name.StartsWith("POST ", StringComparison.Ordinal) || name.StartsWith("GET ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_logs_of_a_run_carry_its_ids_and_its_trace()
    {
        var id = await system.CompletesARunAsync();
        var trace = (await Eventually.Get(() => system.Dashboard.TraceOfAsync(id), spans => spans.Count > 0))[0].TraceId;

        var log = await Eventually.Get(() => system.Dashboard.LogsAsync(trace), logs => logs.Any(line => line.Body == "Workflow run completed"));

        var attributes = log.First(line => line.Body == "Workflow run completed").Attributes;
        (attributes["runId"], attributes["jobId"]).ShouldBe((id.ToString(), id.ToString()));
        attributes.ShouldContainKey("tenantId");
    }

    private static bool IsWhole(IReadOnlyList<Span> trace)
    {
        var ids = trace.Select(span => span.Id).ToHashSet();
        return trace.Any(span => span.Name.StartsWith("step digest", StringComparison.Ordinal)) && trace.All(span => span.ParentId.Length == 0 || ids.Contains(span.ParentId));
    }
}

/// <summary>The AppHost as a process, with its dashboard; Redis as a server, SQLite.</summary>
public sealed class SystemWithDashboard : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("apphost-dashboard-").FullName;
    private AppHostProcess _appHost = null!;

    internal DashboardClient Dashboard { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _appHost = new AppHostProcess(
            _folder, ["--Local:Redis=server", "--Local:Database=postgres"], ("REDIS_PORT", $"{ServerProcess.FreePort()}"), ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_BLRP_SCHEDULE_DELAY", "200"));
        await _appHost.IsHealthyAsync();
        Dashboard = await DashboardClient.LogInAsync(_appHost.DashboardLogin);
    }

    public async Task<Guid> CompletesARunAsync()
    {
        var id = await _appHost.SubmitAsync("document-digest", new { text = "# Title\n\nA text with some words." });
        await _appHost.CompletesAsync(id);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        Dashboard?.Dispose();
        if (_appHost is not null) await _appHost.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
