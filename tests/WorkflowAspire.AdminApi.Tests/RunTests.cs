using System.Net;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

public class RunTests(AdminApiProcess api)
{
    [Fact]
    public async Task Runs_are_listed_newest_first_in_pages()
    {
        var tenant = Guid.NewGuid();
        var added = new List<Guid>();
        for (var i = 0; i < 5; i++) added.Insert(0, (await api.AddRunAsync(tenantId: tenant)).Id);

        var (ids, pages, cursor) = (new List<Guid>(), 0, "");
        do
        {
            var page = await (await api.Client.GetAsync($"/api/runs?tenantId={tenant}&limit=2{cursor}")).JsonAsync();
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetGuid()));
            cursor = page.Text("nextCursor") is { } next ? $"&cursor={next}" : null;
            pages++;
        }
        while (cursor is not null);

        pages.ShouldBe(3);
        ids.ShouldBe(added);
    }

    [Fact]
    public async Task Runs_are_filtered_by_status()
    {
        var tenant = Guid.NewGuid();
        await api.AddRunAsync(RunStatus.Completed, tenant);
        var failed = await api.AddRunAsync(RunStatus.Failed, tenant);

        var page = await (await api.Client.GetAsync($"/api/runs?tenantId={tenant}&status=failed")).JsonAsync();

        var run = page.GetProperty("items").EnumerateArray().ShouldHaveSingleItem();
        run.GetProperty("id").GetGuid().ShouldBe(failed.Id);
        run.Text("error").ShouldBe("broken");
    }

    [Fact]
    public async Task Runs_are_filtered_by_several_things_at_once()
    {
        var tenant = Guid.NewGuid();
        var completed = await api.AddRunAsync(RunStatus.Completed, tenant);
        var failed = await api.AddRunAsync(RunStatus.Failed, tenant);
        await api.AddRunAsync(tenantId: tenant);

        (await Ids("status=failed,%20completed")).ShouldBe([failed.Id, completed.Id], ignoreOrder: true);
        (await Ids($"status=failed,completed&createdBefore={Uri.EscapeDataString(failed.CreatedAt.AddDays(1).ToString("O"))}")).Count.ShouldBe(2);
        (await Ids($"createdFrom={Uri.EscapeDataString(failed.CreatedAt.AddDays(1).ToString("O"))}")).ShouldBeEmpty();
        (await Ids($"parentRunId={failed.Id}")).ShouldBeEmpty();
        (await Ids("fingerprint=0123456789abcdef")).ShouldBeEmpty();
        (await Ids("idempotencyKey=none")).ShouldBeEmpty();

        async Task<List<Guid>> Ids(string query)
        {
            var page = await (await api.Client.GetAsync($"/api/runs?tenantId={tenant}&{query}")).JsonAsync();
            return [.. page.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetGuid())];
        }
    }

    [Theory]
    [InlineData("status=done", "status")]
    [InlineData("status=failed,", "status")]
    [InlineData("idempotencyKey=mine", "idempotencyKey")]
    [InlineData("status=3", "status")]
    [InlineData("tenantId=me", "tenantId")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("cursor=%00", "cursor")]
    public async Task A_bad_filter_is_refused_with_its_name(string query, string field)
    {
        var problem = await api.Client.GetAsync($"/api/runs?{query}").RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(field);
    }

    [Fact]
    public async Task A_number_that_is_none_is_refused_too() =>
        (await api.Client.GetAsync("/api/runs?limit=many").RefusedAsync(HttpStatusCode.BadRequest)).Text("detail")!.ShouldContain("limit");

    [Fact]
    public async Task A_run_that_does_not_exist_is_not_found() =>
        await api.Client.GetAsync($"/api/runs/{Guid.NewGuid()}").RefusedAsync(HttpStatusCode.NotFound);

    [Fact]
    public async Task Stale_runs_are_those_that_have_been_running_for_more_than_ten_minutes()
    {
        var stale = await api.AddRunAsync(RunStatus.Running, startedAgo: TimeSpan.FromMinutes(11));
        var fresh = await api.AddRunAsync(RunStatus.Running, startedAgo: TimeSpan.FromMinutes(9));

        (await StaleIds("")).ShouldContain(stale.Id);
        (await StaleIds("")).ShouldNotContain(fresh.Id);
        (await StaleIds("?olderThan=00:05:00")).ShouldContain(fresh.Id);
    }

    [Fact]
    public async Task An_age_that_is_no_time_span_is_refused() =>
        await api.Client.GetAsync("/api/stale-runs?olderThan=soon").RefusedAsync(HttpStatusCode.BadRequest);

    private async Task<IEnumerable<Guid>> StaleIds(string query)
    {
        var stale = await (await api.Client.GetAsync($"/api/stale-runs{query}")).JsonAsync();
        return stale.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetGuid());
    }
}
