using System.Data.Common;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Llm.Tests.Provider;
using WorkflowAspire.Workflows.Tests.Store;
using WorkflowAspire.Workflows.Usage;

namespace WorkflowAspire.Workflows.Llm.Tests;

public abstract class UsageSpecification : LanguageModelSpecification
{
    [Fact]
    public async Task A_run_has_the_usage_of_each_of_its_steps()
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI("one", input: 100, output: 10).ThenOpenAI("two", input: 1, output: 2);

        await Meanwhile(Execute(lease, async context =>
        {
            await Models.ChatAsync(context, "first", Question());
            return (await Models.ChatAsync(context, "second", Question())).Text;
        }));

        (await Usage.OfRunAsync(lease.Run.Id)).ShouldBe([
            new StepUsage("first", "m", new TokenUsage(1, 100, 10, 0.00028m)), new StepUsage("second", "m", new TokenUsage(1, 1, 2, 0.000018m))]);
        (await UsageOf(lease)).ShouldBe(new TokenUsage(2, 101, 12, 0.000298m));
    }

    [Fact]
    public async Task An_answer_that_is_recorded_twice_because_the_first_record_was_not_confirmed_counts_once()
    {
        var (lease, answer) = (await AcceptAndClaim(), Guid.NewGuid());

        await Usage.RecordAsync(answer, lease.Run.Id, lease.Run.TenantId, "ask", "m", 100, 10, null);
        await Usage.RecordAsync(answer, lease.Run.Id, lease.Run.TenantId, "ask", "m", 100, 10, null);

        (await UsageOf(lease)).ShouldBe(new TokenUsage(1, 100, 10, null));
    }

    [Fact]
    public async Task A_try_that_was_answered_and_failed_counts_too()
    {
        var lease = await AcceptAndClaim();
        Provider.ThenOpenAI("").ThenOpenAI("Because.");

        await Ask(Question(), lease);

        (await UsageOf(lease)).Calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_tenant_has_the_usage_of_its_runs_by_model_within_a_time()
    {
        var lease = await AcceptAndClaim();
        var began = Time.GetUtcNow();
        Provider.ThenOpenAI("one").ThenOllama("two").ThenOpenAI("another's");
        await Ask(Question(), lease);
        await Ask(Question(connection: "local"), await Claim(await AcceptRun(lease.Run.TenantId)));
        await Ask(Question());
        var end = Time.GetUtcNow().AddSeconds(1);

        (await Usage.OfTenantAsync(lease.Run.TenantId, began, end)).ShouldBe([
            new ModelUsage("llama3", new TokenUsage(1, 10, 5, null)), new ModelUsage("m", new TokenUsage(1, 10, 5, 0.00006m))]);
        (await Usage.OfTenantAsync(lease.Run.TenantId)).Count.ShouldBe(2);
        (await Usage.OfTenantAsync(lease.Run.TenantId, from: end)).ShouldBeEmpty();
        (await Usage.OfTenantAsync(lease.Run.TenantId, to: began)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tokens_that_a_provider_does_not_count_are_guessed_by_length()
    {
        Provider.Then(context => Wire.Json(context, """{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"12345678"},"finish_reason":"stop"}]}"""));

        (await Ask(Question("1234"))).ShouldSatisfyAllConditions(answer => answer.InputTokens.ShouldBe(1), answer => answer.OutputTokens.ShouldBe(2));
    }
}

public class UsageOnSqlite : UsageSpecification;

public class UsageOnPostgres(PostgresServer postgres) : UsageSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}
