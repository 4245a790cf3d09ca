using System.Data.Common;
using System.Text.Json;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Llm.Tests.Provider;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Llm.Tests;

public abstract class CacheSpecification : LanguageModelSpecification
{
    private readonly Guid _tenant = Guid.NewGuid();

    [Fact]
    public async Task The_same_question_of_the_same_tenant_is_answered_from_the_cache_at_no_cost()
    {
        Provider.ThenOpenAI("Because.");
        await AskCached(Question());
        var lease = await Claim(await AcceptRun(_tenant));

        var answer = await Ask(Question() with { Cache = true }, lease);

        answer.ShouldBe(new ChatAnswer("Because.", "m-2026", 0, 0, 0, "stop", FromCache: true));
        (await UsageOf(lease)).Calls.ShouldBe(0);
        Provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_tenant_never_gets_it()
    {
        Provider.ThenOpenAI("secret of one").ThenOpenAI("own answer");
        await AskCached(Question());

        (await Ask(Question() with { Cache = true }, await Claim(await AcceptRun(Guid.NewGuid())))).Text.ShouldBe("own answer");
    }

    public static TheoryData<string, Func<ChatRequest, ChatRequest>> Differences => new()
    {
        { "question", request => request with { User = "Where?" } },
        { "system", request => request with { System = "Be kind." } },
        { "model", request => request with { Model = "m-large" } },
        { "temperature", request => request with { Temperature = 0 } },
        { "max tokens", request => request with { MaxTokens = 7 } },
        { "schema", request => request with { Schema = JsonElement.Parse("""{"type":"object"}""") } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Differences))]
    public async Task Another_question_is_asked(string difference, Func<ChatRequest, ChatRequest> change)
    {
        Provider.ThenOpenAI("""{"n":1}""").ThenOpenAI("""{"n":2}""");
        await AskCached(Question());

        (await AskCached(change(Question()))).Text.ShouldBe("""{"n":2}""", difference);
    }

    [Fact]
    public async Task A_question_that_does_not_ask_for_it_is_asked()
    {
        Provider.ThenOpenAI("first").ThenOpenAI("second");
        await AskCached(Question());

        (await Ask(Question(), await Claim(await AcceptRun(_tenant)))).Text.ShouldBe("second");
    }

    [Fact]
    public async Task An_answer_is_kept_for_a_day()
    {
        Provider.ThenOpenAI("first").ThenOpenAI("second");
        await AskCached(Question());
        Time.Advance(TimeSpan.FromHours(25));

        (await AskCached(Question())).Text.ShouldBe("second");
        (await AskCached(Question())).FromCache.ShouldBeTrue();
    }

    private async Task<ChatAnswer> AskCached(ChatRequest request) => await Ask(request with { Cache = true }, await Claim(await AcceptRun(_tenant)));
}

public class CacheOnSqlite : CacheSpecification;

public class CacheOnPostgres(PostgresServer postgres) : CacheSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}
