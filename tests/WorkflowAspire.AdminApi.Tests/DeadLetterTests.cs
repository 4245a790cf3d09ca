using System.Net;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

public class DeadLetterTests(AdminApiProcess api)
{
    [Fact]
    public async Task A_dead_letter_is_shown_with_the_fields_of_the_runbook()
    {
        var run = await api.AddRunAsync(RunStatus.Failed);
        await api.AddDeadLetterAsync(run.Id.ToString(), run);

        var letter = await (await api.Client.GetAsync($"/api/dlq/{run.Id}")).JsonAsync();

        letter.Text("originalJobId").ShouldBe(run.Id.ToString());
        letter.Text("runId").ShouldBe(run.Id.ToString());
        letter.Text("tenantId").ShouldBe(run.TenantId.ToString());
        letter.Text("failedAt").ShouldBe("2026-02-11T12:00:00.000Z");
        letter.GetProperty("attemptsMade").GetInt32().ShouldBe(3);
        letter.Text("errorMessage").ShouldBe("broken");
        letter.GetProperty("payload").Text("workflowId").ShouldBe("document-digest");
    }

    [Fact]
    public async Task The_dead_letter_queue_is_listed_in_pages()
    {
        var run = await api.AddRunAsync(RunStatus.Failed);
        for (var i = 0; i < 3; i++) await api.AddDeadLetterAsync($"page-{run.Id}-{i}", run);

        var page = await (await api.Client.GetAsync("/api/dlq?limit=2")).JsonAsync();

        page.GetProperty("items").GetArrayLength().ShouldBe(2);
        page.GetProperty("total").GetInt64().ShouldBeGreaterThanOrEqualTo(3);
        var rest = await (await api.Client.GetAsync($"/api/dlq?limit=500&cursor={page.Text("nextCursor")}")).JsonAsync();
        rest.GetProperty("items").GetArrayLength().ShouldBe((int)page.GetProperty("total").GetInt64() - 2);
        page.GetProperty("items")[0].TryGetProperty("payload", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_page_begins_where_the_one_before_ended_also_when_letters_came_meanwhile()
    {
        var run = await api.AddRunAsync(RunStatus.Failed);
        for (var i = 0; i < 4; i++) await api.AddDeadLetterAsync($"cursor-{run.Id}-{i}", run);
        var page = await (await api.Client.GetAsync("/api/dlq?limit=2")).JsonAsync();
        for (var i = 4; i < 7; i++) await api.AddDeadLetterAsync($"cursor-{run.Id}-{i}", run);

        var next = await (await api.Client.GetAsync($"/api/dlq?limit=2&cursor={page.Text("nextCursor")}")).JsonAsync();

        next.GetProperty("items").EnumerateArray().Select(letter => letter.Text("id")).ShouldBe([$"cursor-{run.Id}-1", $"cursor-{run.Id}-0"]);
    }

    [Theory]
    [InlineData("2147483647")]
    [InlineData("50")]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("%F0%9F%98%80")]
    public async Task A_cursor_that_no_page_gave_is_refused(string cursor) =>
        (await api.Client.GetAsync($"/api/dlq?cursor={cursor}").RefusedAsync(HttpStatusCode.BadRequest)).GetProperty("errors").TryGetProperty("cursor", out _).ShouldBeTrue();

    [Fact]
    public async Task Of_two_replays_at_once_one_is_accepted_and_the_run_waits_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var run = await api.AddRunAsync(RunStatus.Failed);
            await api.AddDeadLetterAsync(run.Id.ToString(), run);

            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => api.Client.PostAsync($"/api/dlq/{run.Id}/replay", null)));

            answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted).ShouldBe(1);
            answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Accepted || answer.StatusCode == HttpStatusCode.Conflict || answer.StatusCode == HttpStatusCode.NotFound);
            (await api.Execution.GetJobStateAsync(run.Id.ToString())).ShouldBe(JobState.Waiting);
        }
    }

    [Fact]
    public async Task A_dead_letter_can_be_deleted_whatever_became_of_its_run()
    {
        var run = await api.AddRunAsync(RunStatus.Completed);
        await api.AddDeadLetterAsync(run.Id.ToString(), run);

        (await api.Client.DeleteAsync($"/api/dlq/{run.Id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await api.Client.DeleteAsync($"/api/dlq/{run.Id}").RefusedAsync(HttpStatusCode.NotFound);
        (await api.Store.FindAsync(run.Id))!.Status.ShouldBe(RunStatus.Completed);
    }

    [Fact]
    public async Task A_replayed_run_is_pending_again_and_its_job_waits_with_all_its_data()
    {
        var run = await api.AddRunAsync(RunStatus.Failed);
        await api.AddDeadLetterAsync(run.Id.ToString(), run, ""","theirs":"kept" """);

        var response = await api.Client.PostAsync($"/api/dlq/{run.Id}/replay", null);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await response.JsonAsync()).Text("status").ShouldBe("pending");
        (await api.Store.FindAsync(run.Id))!.Error.ShouldBeNull();
        (await api.Execution.GetJobStateAsync(run.Id.ToString())).ShouldBe(JobState.Waiting);
        System.Text.Encoding.UTF8.GetString((await api.Execution.GetJobAsync(run.Id.ToString()))!.Data.Span).ShouldContain("\"theirs\":\"kept\"");
        (await api.DeadLetters.GetJobAsync(run.Id.ToString())).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_whose_failure_could_not_be_recorded_can_be_replayed()
    {
        var run = await api.AddRunAsync(RunStatus.Running);
        await api.AddDeadLetterAsync(run.Id.ToString(), run);

        (await api.Client.PostAsync($"/api/dlq/{run.Id}/replay", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        (await api.Store.FindAsync(run.Id))!.Status.ShouldBe(RunStatus.Pending);
    }

    [Fact]
    public async Task A_completed_run_is_not_replayed()
    {
        var run = await api.AddRunAsync(RunStatus.Completed);
        await api.AddDeadLetterAsync(run.Id.ToString(), run);

        var problem = await api.Client.PostAsync($"/api/dlq/{run.Id}/replay", null).RefusedAsync(HttpStatusCode.Conflict);

        problem.Text("detail")!.ShouldContain("completed");
        (await api.DeadLetters.GetJobAsync(run.Id.ToString())).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_run_that_waits_already_is_not_replayed()
    {
        var run = await api.AddRunAsync(RunStatus.Failed);
        await api.AddDeadLetterAsync(run.Id.ToString(), run);
        await api.Execution.AddAsync("run", "{}"u8.ToArray(), new JobOptions { JobId = run.Id.ToString() });

        (await api.Client.PostAsync($"/api/dlq/{run.Id}/replay", null).RefusedAsync(HttpStatusCode.Conflict)).Text("detail")!.ShouldContain("waiting");
    }

    [Fact]
    public async Task A_dead_letter_whose_run_is_gone_says_so()
    {
        var run = await api.AddRunAsync() with { Id = Guid.NewGuid() };
        await api.AddDeadLetterAsync(run.Id.ToString(), run);

        (await api.Client.PostAsync($"/api/dlq/{run.Id}/replay", null).RefusedAsync(HttpStatusCode.Conflict)).Text("detail")!.ShouldContain("no longer exists");
    }

    [Fact]
    public async Task What_somebody_else_put_into_the_dead_letter_queue_is_shown_as_it_is()
    {
        var id = $"foreign-{Guid.NewGuid():N}";
        await api.DeadLetters.AddAsync("other", "not json"u8.ToArray(), new JobOptions { JobId = id });

        (await (await api.Client.GetAsync($"/api/dlq/{id}")).JsonAsync()).Text("payload").ShouldBe("not json");
        await api.Client.PostAsync($"/api/dlq/{id}/replay", null).RefusedAsync(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_dead_letter_that_does_not_exist_is_not_found()
    {
        await api.Client.GetAsync("/api/dlq/nobody").RefusedAsync(HttpStatusCode.NotFound);
        await api.Client.PostAsync("/api/dlq/nobody/replay", null).RefusedAsync(HttpStatusCode.NotFound);
    }
}
