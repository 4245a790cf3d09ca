using System.Net;
using System.Text;
using System.Text.Json;

namespace WorkflowAspire.AdminApi.Tests;

public class DefinitionTests(AdminApiProcess api)
{
    private readonly Guid _tenant = Guid.NewGuid();

    [Fact]
    public async Task A_definition_is_saved_in_versions_and_each_can_be_seen()
    {
        var first = await Save("greeting", Greeting("Hello"));
        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        first.Headers.Location!.ToString().ShouldBe($"/api/tenants/{_tenant}/workflows/greeting/versions/1");
        (await Save("greeting", Greeting("Hello"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await Save("greeting", Greeting("Hi"))).JsonAsync()).GetProperty("version").GetInt32().ShouldBe(2);

        (await Get("/greeting")).GetProperty("definition").GetProperty("steps")[0].Text("template").ShouldBe("Hi");
        (await Get("/greeting/versions/1")).GetProperty("definition").GetProperty("steps")[0].Text("template").ShouldBe("Hello");
        (await Get("/greeting/versions")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("version").GetInt32()).ShouldBe([2, 1]);
    }

    [Theory]
    [InlineData("not json \"")]
    [InlineData("[1]")]
    [InlineData("""{"description":{"en":"of another version"}}""")]
    public async Task A_row_that_is_no_definition_is_shown_as_it_is_hides_no_other_and_can_be_replaced(string row)
    {
        await Save("damaged", Greeting("Hello", "damaged"));
        await Save("whole", Greeting("Hello", "whole"));
        await api.ExecuteAsync("UPDATE workflow_definitions SET definition = @row WHERE tenant_id = @tenant AND name = 'damaged'", ("row", row), ("tenant", _tenant.ToString()));

        (await Get("")).GetProperty("items").EnumerateArray().Select(item => item.Text("name")).ShouldBe(["damaged", "whole"]);
        (await Get("/damaged/versions")).GetProperty("items").GetArrayLength().ShouldBe(1);
        var shown = (await Get("/damaged")).GetProperty("definition");
        if (row.StartsWith("not", StringComparison.Ordinal)) shown.Text("unreadable").ShouldBe(row);
        else shown.GetRawText().ShouldBe(row);
        (await (await Save("damaged", Greeting("Hello", "damaged"))).JsonAsync()).GetProperty("version").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_tenants_definitions_are_listed_page_by_page()
    {
        foreach (var name in new[] { "c", "a", "b" }) await Save(name, Greeting("Hello", name));

        var first = await Get("?limit=2");
        var second = await Get($"?limit=2&cursor={first.Text("nextCursor")}");

        first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).Select(item => item.Text("name")).ShouldBe(["a", "b", "c"]);
        second.Text("nextCursor").ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"name":"greeting","steps":[{"id":"a","type":"http"}]}""", "/steps/0/url")]
    [InlineData("""{"name":"greeting","steps":[{"id":"a","type":"code","code":"return steps.b"}]}""", "/steps/0/code")]
    [InlineData("""{"name":"greeting","name":"other"}""", "")]
    [InlineData("""{"name":""", "")]
    [InlineData("""[]""", "")]
    public async Task A_bad_definition_is_refused_with_the_place_to_mend(string definition, string place)
    {
        var problem = await Put("greeting", definition).RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(place);
        await api.Client.GetAsync($"/api/tenants/{_tenant}/workflows/greeting").RefusedAsync(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_run_begins_with_the_newest_version_or_with_the_one_that_is_asked_for()
    {
        await Save("greeting", Greeting("Hello"));
        await Save("greeting", Greeting("Hi"));

        (await Submit("greeting", "{}")).ShouldBe(2);
        (await Submit("greeting", """{"version":1}""")).ShouldBe(1);
    }

    [Fact]
    public async Task Code_comes_before_a_definition_of_the_same_name()
    {
        await Save("document-digest", Greeting("Hello", "document-digest"));

        (await Submit("document-digest", "{}")).ShouldBeNull();
        (await Post("document-digest", """{"version":1}""").RefusedAsync(HttpStatusCode.BadRequest)).GetProperty("errors").GetProperty("version")[0].GetString()!.ShouldContain("is code");
    }

    [Fact]
    public async Task Another_tenants_definition_is_not_found()
    {
        await Save("greeting", Greeting("Hello"));

        var problem = await Post("greeting", "{}", Guid.NewGuid()).RefusedAsync(HttpStatusCode.NotFound);

        problem.Text("detail")!.ShouldContain("There is no workflow 'greeting'");
        (await Post("greeting", """{"version":9}""").RefusedAsync(HttpStatusCode.NotFound)).Text("detail")!.ShouldContain("no version 9");
    }

    [Theory]
    [InlineData("""{"input":{"amount":"much"}}""", "/input/amount")]
    [InlineData("""{"input":{}}""", "/input/amount")]
    [InlineData("""{}""", "/input")]
    [InlineData("""{"version":"x"}""", "version")]
    public async Task An_input_that_does_not_fit_is_refused_with_its_place(string body, string place)
    {
        await Save("greeting", """{"name":"greeting","input":{"type":"object","properties":{"amount":{"type":"number"}},"required":["amount"]},"steps":[{"id":"a","type":"template","template":"x"}]}""");

        var problem = await Post("greeting", body).RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe(place);
    }

    [Fact]
    public async Task A_pattern_that_takes_for_ever_does_not_hold_up_the_service()
    {
        await Save("greeting", """{"name":"greeting","input":{"pattern":"^(a+)+$"},"steps":[{"id":"a","type":"template","template":"x"}]}""");

        var problem = await Post("greeting", """{"input":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}""").RefusedAsync(HttpStatusCode.BadRequest);

        problem.GetProperty("errors").GetProperty("/input")[0].GetString()!.ShouldContain("computes longer than");
    }

    [Fact]
    public async Task Half_a_character_is_refused_where_it_stands()
    {
        (await Put("greeting", """{"name":"greeting","steps":[{"id":"a","type":"template","template":"\ud800"}]}""").RefusedAsync(HttpStatusCode.BadRequest))
            .GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("/steps/0/template");
        await Save("greeting", Greeting("Hello"));
        (await Post("greeting", """{"input":{"a":"\udc00"}}""").RefusedAsync(HttpStatusCode.BadRequest)).GetProperty("errors").EnumerateObject().ShouldHaveSingleItem().Name.ShouldBe("/input/a");
    }

    [Fact]
    public async Task The_schema_of_definitions_is_published()
    {
        var response = await api.Client.GetAsync("/api/schemas/workflow-definition.json");

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/schema+json");
        (await response.JsonAsync()).Text("title").ShouldBe("Workflow definition");
    }

    private static string Greeting(string text, string name = "greeting") => $$$"""{"name":"{{{name}}}","description":"Greets.","steps":[{"id":"a","type":"template","template":"{{{text}}}"}]}""";

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private Task<HttpResponseMessage> Put(string name, string definition) => api.Client.PutAsync($"/api/tenants/{_tenant}/workflows/{name}", Body(definition));

    private async Task<HttpResponseMessage> Save(string name, string definition)
    {
        var response = await Put(name, definition);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        return response;
    }

    private async Task<JsonElement> Get(string path) => await (await api.Client.GetAsync($"/api/tenants/{_tenant}/workflows{path}")).JsonAsync();

    private Task<HttpResponseMessage> Post(string name, string body, Guid? tenant = null) =>
        api.Client.PostAsync($"/api/workflows/{name}/runs", Body($$"""{"tenantId":"{{tenant ?? _tenant}}"{{(body == "{}" ? "}" : $",{body[1..]}")}}"""));

    private async Task<int?> Submit(string name, string body)
    {
        var run = await (await Post(name, body)).JsonAsync();
        return (await api.Store.FindAsync(run.GetProperty("id").GetGuid()))!.DefinitionVersion;
    }
}
