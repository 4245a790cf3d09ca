using System.Text.Json;

namespace WorkflowAspire.AppHost.Tests;

[Collection(nameof(OnRedisAndPostgres))]
public class LogFormatTests(RedisAndPostgres system)
{
    [Fact]
    public async Task A_completed_run_is_logged_with_the_keys_of_the_runbook_at_the_top_level()
    {
        var id = await system.SubmitAsync("document-digest", new { text = "Short." });

        var line = await system.Log.Line("Workflow run completed", id);

        line.GetProperty("jobId").GetString().ShouldBe(id.ToString());
        line.GetProperty("runId").GetString().ShouldBe(id.ToString());
        line.GetProperty("tenantId").GetString().ShouldBe(system.Tenant.ToString());
        line.GetProperty("durationMs").ValueKind.ShouldBe(JsonValueKind.Number);
        line.GetProperty("attemptsMade").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_run_is_logged_with_its_error()
    {
        var id = await system.SubmitAsync("http-extract", new { url = "ftp://example.org/", fields = new { a = "/a" } });

        var line = await system.Log.Line("Workflow run failed after all retries, routing to DLQ", id);

        line.GetProperty("error").GetString()!.ShouldContain("ftp");
        line.GetProperty("attemptsMade").GetInt32().ShouldBe(1);
        line.GetProperty("level").GetString().ShouldBe("error");
    }

    [Fact]
    public async Task An_input_that_does_not_fit_names_the_field()
    {
        var id = await system.SubmitAsync("document-digest", new { txt = "typo" });

        (await system.Reaches(id, "failed")).GetProperty("error").GetString()!.ShouldContain("text");
    }
}
