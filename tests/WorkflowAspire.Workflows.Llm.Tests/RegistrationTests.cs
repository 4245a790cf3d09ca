using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Llm.Budgets;
using WorkflowAspire.Workflows.Llm.Connections;
using WorkflowAspire.Workflows.Tests;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Llm.Tests;

public class RegistrationTests
{
    [Theory]
    [InlineData("names no provider", "LanguageModels:a:ConnectionString", "Endpoint=http://x;Model=m;Key=sk-12345")]
    [InlineData("its provider is 'other'", "LanguageModels:a:ConnectionString", "Provider=other;Model=m;Key=sk-12345")]
    [InlineData("names no model", "LanguageModels:a:ConnectionString", "Provider=openai;Key=sk-12345")]
    [InlineData("no absolute http", "LanguageModels:a:ConnectionString", "Provider=openai;Endpoint=sk-12345;Model=m")]
    [InlineData("put the key into Key=", "LanguageModels:a:ConnectionString", "Provider=openai;Endpoint=http://me:sk-12345@x;Model=m")]
    [InlineData("isn't of the form", "LanguageModels:a:ConnectionString", "sk-12345")]
    [InlineData("no connection string", "LanguageModels:a:MaxConcurrency", "3")]
    [InlineData("MaxConcurrency", "LanguageModels:a:MaxConcurrency", "0")]
    [InlineData("TenantPart", "LanguageModels:a:TenantPart", "0")]
    [InlineData("TenantPart", "LanguageModels:a:TenantPart", "1.5")]
    [InlineData("OwnConnections", "TokenBudgets:default:OwnConnections", "perhaps")]
    [InlineData("Worker:LockDuration", "LanguageModels:a:Timeout", "00:05:00")]
    [InlineData("neither a tenant's id", "TokenBudgets:somebody:Tokens", "1")]
    [InlineData("TokenBudgets:default", "TokenBudgets:default:Tokens", "-1")]
    [InlineData("TokenBudgets:default", "TokenBudgets:default:Tokens", "many")]
    [InlineData("no Tokens", "TokenBudgets:default:Window", "day")]
    [InlineData("TokenBudgets:default", "TokenBudgets:default:Window", "7")]
    public async Task A_setting_that_would_not_work_stops_the_start_and_is_named(string fault, string key, string value)
    {
        await using var database = await TestDatabase.OnSqliteAsync();
        using var host = TestServices.BuildHost(database, configure: services => services.AddLanguageModels(), settings: (key, value));

        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        error.Message.ShouldSatisfyAllConditions(message => message.ShouldContain(fault), message => message.ShouldNotContain("sk-12345"));
    }

    [Fact]
    public void A_timeout_must_be_shorter_than_the_workers_own_lock() =>
        Should.Throw<OptionsValidationException>(() => Models(("Worker:LockDuration", "00:01:00"), ("ConnectionStrings:a", "Provider=ollama;Model=m"))).Message
            .ShouldContain("its Timeout is 0:02:00, but a worker's lock lasts 0:01:00");

    [Fact]
    public void Models_come_from_the_section_and_from_connection_strings()
    {
        var models = Models(
            ("LanguageModels:own:ConnectionString", "Provider=ollama;Model=a"),
            ("LanguageModels:injected:Provider", "openai"),
            ("ConnectionStrings:injected", "Endpoint=https://host/v1;Key=k;Model=b"),
            ("ConnectionStrings:named", "Provider=Ollama;Endpoint=http://host:1;Model=c"),
            ("ConnectionStrings:redis", "localhost:6379"),
            ("ConnectionStrings:workflow", "Host=db;Database=workflow"));

        models.ToDictionary(model => model.Key, model => ModelEndpoint.Parse(model.Value.ConnectionString, model.Value.Provider).ToString()).ShouldBe(
            new Dictionary<string, string> { ["own"] = "ollama, localhost:11434, a", ["injected"] = "openai, host:443, b", ["named"] = "ollama, host:1, c" }, ignoreOrder: true);
    }

    [Fact]
    public void A_budget_of_nothing_is_a_budget() =>
        Options<TokenBudgetOptions>(("TokenBudgets:default:Tokens", "0")).Of(Guid.NewGuid()).ShouldNotBeNull().Tokens.ShouldBe(0);

    private static Dictionary<string, LanguageModelOptions> Models(params (string Key, string Value)[] settings) => Options<LanguageModelsOptions>(settings).Models;

    private static T Options<T>(params (string Key, string Value)[] settings)
        where T : class
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value))).Build();
        return new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLanguageModels().BuildServiceProvider().GetRequiredService<IOptions<T>>().Value;
    }
}
