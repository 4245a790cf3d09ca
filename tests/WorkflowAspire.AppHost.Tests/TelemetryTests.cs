using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

[Collection(nameof(OnRedisAndPostgres))]
public class TelemetryTests(RedisAndPostgres system)
{
    [Fact]
    public async Task A_runs_trace_and_the_metrics_of_runs_and_dead_letters_leave_by_otlp()
    {
        var completed = await system.SubmitAsync("document-digest", new { text = "Traced." });
        var failed = await system.SubmitAsync("http-extract", new { url = "ftp://example.org/", fields = new { a = "/a" } });
        await system.Reaches(completed, "completed");
        await system.Reaches(failed, "failed");

        await Eventually.True(() => system.Telemetry.Has("traces", "run document-digest", completed.ToString()));
        await Eventually.True(() => system.Telemetry.Has("traces", "step parse", completed.ToString()));
        await Eventually.True(() => system.Telemetry.Has("metrics", "workflow.run.duration", "document-digest", "completed"));
        await Eventually.True(() => system.Telemetry.Has("metrics", "workflow.dlq.jobs", "http-extract"));
        await Eventually.True(() => system.Telemetry.Has("metrics", "workflow.dlq.depth"));
        await Eventually.True(() => system.Telemetry.Has("logs", "Workflow run completed", completed.ToString()));
    }
}
