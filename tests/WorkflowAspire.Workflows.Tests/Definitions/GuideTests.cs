using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Definitions.LanguageModels;
using WorkflowAspire.Workflows.Tests.Samples;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>The guide's examples and the sample do what is said of them.</summary>
public partial class GuideTests : DefinitionSpecification
{
    private readonly Models _models = new();

    [Fact]
    public async Task The_first_example_greets()
    {
        (await Run(Example("greeting"), """{"name":"Ada","language":"de"}""")).GetRawText().ShouldBe("""{"text":"Hallo, Ada!","length":11}""");
        (await Run(Example("greeting"), """{"name":"Ada"}""")).GetProperty("text").GetString().ShouldBe("Hello, Ada!");
    }

    [Fact]
    public async Task The_http_example_sends_its_secret()
    {
        Secrets["hook"] = "h00k";
        Server.Answer = _ => RawHttpServer.Response("202 Accepted", """{"ok":true}""");

        (await Run(Example("notify"), $$"""{"hook":"{{Url}}/hook","text":" hi "}""")).GetRawText().ShouldBe("""{"ok":true}""");

        Server.Requests.ShouldHaveSingleItem().ShouldContain("Bearer h00k");
    }

    [Fact]
    public async Task The_llm_example_asks_again_until_the_answer_fits()
    {
        _models.Answers = ["no JSON", """{"urgent":"very"}""", """{"urgent":true}"""];

        (await Passing(Run(Example("triage"), """{"mail":"It burns!"}"""))).GetRawText().ShouldBe("true");

        _models.Asked.Count.ShouldBe(3);
        _models.Asked[0].Messages.ShouldBe([new("system", "You sort support mails."), new("user", "Mail:\nIt burns!")]);
        _models.Asked[0].Connection.ShouldBe("models");
    }

    [Fact]
    public async Task The_fan_out_example_gets_all_pages()
    {
        Server.Answer = request => RawHttpServer.Response("200 OK", request.Contains("/a", StringComparison.Ordinal) ? "a" : "bbb");

        (await Run(Example("fan-out"), $$"""{"urls":["{{Url}}/a","{{Url}}/b"]}""")).GetRawText().ShouldBe("""{"sizes":[3,5]}""");
    }

    [Fact]
    public async Task The_waiting_example_reminds_when_nobody_answers()
    {
        var lease = await Accept(Example("reminder"), """{"days":2}""");
        (await Park(lease)).ShouldBe(Time.GetUtcNow().AddDays(2));
        Time.Advance(TimeSpan.FromDays(2));
        (await Park(await Claim(lease.Run))).ShouldBe(Time.GetUtcNow().AddDays(2));
        Time.Advance(TimeSpan.FromDays(2));

        await Park(await Claim(lease.Run));

        (await Now((await Store.ListChildrenAsync(lease.Run.Id)).ShouldHaveSingleItem())).Input.ShouldBe("""{"days":1}""");
    }

    [Fact]
    public void Every_example_of_the_guide_is_tested() => Examples.Keys.Order().ShouldBe(["fan-out", "greeting", "notify", "reminder", "triage"]);

    [Theory]
    [InlineData(10, null, """{"question":"Buy 2 x Lamp for 20?","ordered":true,"order":"A-1","reason":null}""")]
    [InlineData(60, """{"approved":true,"by":"Ada"}""", """{"question":"Buy 2 x Lamp for 120?","ordered":true,"order":"A-1","reason":null}""")]
    [InlineData(60, """{"approved":false,"by":"Ada"}""", """{"question":"Buy 2 x Lamp for 120?","ordered":false,"order":null,"reason":"Refused by Ada."}""")]
    [InlineData(60, "", """{"question":"Buy 2 x Lamp for 120?","ordered":false,"order":null,"reason":"Nobody answered in time."}""")]
    public async Task The_sample_orders_what_is_cheap_or_approved(int price, string? answer, string expected)
    {
        Secrets["shop"] = "sh0p";
        Server.Answer = request => request.StartsWith("GET /offers/lamp%20x", StringComparison.Ordinal)
            ? RawHttpServer.Json($$"""{"title":"Lamp","price":{{price}}}""")
            : RawHttpServer.Response("201 Created", """{"number":"A-1"}""");
        var lease = await Accept(await File.ReadAllTextAsync(Repository("samples/definitions/purchase-approval.json")), $$"""{"shop":"{{Url}}","offer":"lamp x","quantity":2}""");
        if (answer is not null)
        {
            (await Park(lease)).ShouldBe(Time.GetUtcNow().AddDays(3));
            if (answer.Length > 0) await Store.SendSignalAsync(lease.Run.Id, "approval", answer);
            else Time.Advance(TimeSpan.FromDays(3));
            lease = await Claim(lease.Run);
        }

        (await Execute(lease)).ShouldBe(expected);

        Server.Requests.Count.ShouldBe(expected.Contains("A-1", StringComparison.Ordinal) ? 2 : 1);
        Server.Requests.ShouldAllBe(request => request.Contains("Authorization: Bearer sh0p"));
    }

    protected override void Configure(IServiceCollection services)
    {
        services.AddSingleton<ILanguageModelSteps>(_models);
        base.Configure(services);
    }

    private static Dictionary<string, string> Examples { get; } = Blocks.Matches(File.ReadAllText(Repository("docs/definitions.md")))
        .Select(block => block.Groups[1].Value).ToDictionary(text => JsonElement.Parse(text).GetProperty("name").GetString()!);

    private static string Example(string name) => Examples[name];

    private static string Repository(string path)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "WorkflowAspire.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new FileNotFoundException(path);
        return Path.Combine(folder, path);
    }

    private async Task<T> Passing<T>(Task<T> work)
    {
        while (!work.IsCompleted)
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }

        return await work;
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks { get; }

    private sealed class Models : ILanguageModelSteps
    {
        public string[] Answers { get; set; } = [];

        public List<LanguageModelRequest> Asked { get; } = [];

        public Task<LanguageModelAnswer> AskAsync(LanguageModelRequest request, CancellationToken cancellationToken)
        {
            Asked.Add(request);
            return Task.FromResult(new LanguageModelAnswer(Answers[Asked.Count - 1], new LanguageModelUsage(10, 5)));
        }
    }
}
