using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Secrets;
using WorkflowAspire.Workflows.Tests.Samples;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>Which secrets of the configuration a tenant may use, and where they may be sent.</summary>
public class SharedSecretTests : DefinitionSpecification
{
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public async Task A_tenant_uses_its_own_secret_anywhere()
    {
        await Run(Call("own"));

        Server.Requests.ShouldHaveSingleItem().ShouldContain("X-Key: value-of-own");
    }

    [Theory]
    [InlineData("global")]
    [InlineData("others")]
    public async Task A_secret_that_is_not_the_tenants_is_none(string name)
    {
        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Call(name)))).Message.ShouldContain($"there is no secret '{name}' for tenant {Tenant}");

        Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_shared_secret_is_sent_to_its_hosts()
    {
        await Run(Call("shared"));

        Server.Requests.ShouldHaveSingleItem().ShouldContain("X-Key: value-of-shared");
    }

    [Theory]
    [InlineData("http://localhost:PORT/")]
    [InlineData("http://127.0.0.1.attacker.test:PORT/")]
    [InlineData("http://${secrets.shared}/")]
    public async Task A_shared_secret_is_sent_nowhere_else(string url)
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Call("shared", url)));

        error.Message.ShouldSatisfyAllConditions(
            message => message.ShouldContain("'shared' may not be sent to this host"), message => message.ShouldContain("Definitions:SharedSecrets:shared:Hosts"), message => message.ShouldNotContain("value-of"));
        Server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_shared_secret_goes_with_no_redirect()
    {
        Server.Answer = _ => RawHttpServer.Response("307 Temporary Redirect", "", $"Location: http://localhost:{Server.Port}/");

        await Should.ThrowAsync<UnrecoverableError>(() => Run(Call("shared")));

        Server.Requests.Count.ShouldBe(1);
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddSingleton<ISecretStore, ConfigurationSecrets>();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [$"Secrets:{Tenant}:own"] = "value-of-own",
            [$"Secrets:{Other}:others"] = "value-of-others",
            ["Secrets:global"] = "value-of-global",
            ["Secrets:shared"] = "value-of-shared",
            ["Definitions:SharedSecrets:shared:Hosts:0"] = "127.0.0.1",
        }).Build());
    }

    private string Call(string secret, string url = "http://127.0.0.1:PORT/") => Workflow(
        $$"""{"id":"call","type":"http","url":"{{url.Replace("PORT", $"{Server.Port}", StringComparison.Ordinal)}}","headers":{"X-Key":{"secret":"{{secret}}"} } }""");
}
