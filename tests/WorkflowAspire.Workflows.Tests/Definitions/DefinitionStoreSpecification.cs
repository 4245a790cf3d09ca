using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Definitions;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>How versions of definitions are kept, on either database.</summary>
public abstract class DefinitionStoreSpecification : StoreSpecification
{
    private static readonly Guid Tenant = Guid.NewGuid();

    private DefinitionStore Kept => Services.GetRequiredService<DefinitionStore>();

    [Fact]
    public async Task Each_change_is_a_version_of_its_own_and_the_earlier_ones_stay()
    {
        (await Kept.SaveAsync(Tenant, "a", """{"n":1}""")).ShouldSatisfyAllConditions(saved => saved.Created.ShouldBeTrue(), saved => saved.Stored.Version.ShouldBe(1));
        (await Kept.SaveAsync(Tenant, "a", """{"n":2}""")).Stored.Version.ShouldBe(2);

        (await Kept.FindAsync(Tenant, "a"))!.Definition.ShouldBe("""{"n":2}""");
        (await Kept.FindAsync(Tenant, "a", 1)).ShouldBe(new StoredDefinition(Tenant, "a", 1, """{"n":1}""", Time.GetUtcNow()));
        (await Kept.FindAsync(Tenant, "a", 3)).ShouldBeNull();
        (await Kept.ListVersionsAsync(Tenant, "a")).Select(version => version.Version).ShouldBe([2, 1]);
    }

    [Fact]
    public async Task What_says_the_same_is_no_new_version()
    {
        await Kept.SaveAsync(Tenant, "a", """{"n":1,"m":[true]}""");

        var (stored, created) = await Kept.SaveAsync(Tenant, "a", """{ "m" : [ true ], "n" : 1 }""");

        created.ShouldBeFalse();
        stored.Version.ShouldBe(1);
        (await Kept.ListVersionsAsync(Tenant, "a")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Concurrent_saves_get_distinct_versions()
    {
        var saved = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() => Kept.SaveAsync(Tenant, "a", $$"""{"n":{{n}}}"""))));

        saved.Select(save => save.Stored.Version).Order().ShouldBe(Enumerable.Range(1, 20));
        foreach (var (stored, _) in saved) (await Kept.FindAsync(Tenant, "a", stored.Version))!.Definition.ShouldBe(stored.Definition);
    }

    [Fact]
    public async Task Concurrent_saves_of_the_same_are_one_version()
    {
        var saved = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Kept.SaveAsync(Tenant, "a", "{}"))));

        saved.ShouldAllBe(save => save.Stored.Version == 1);
        saved.Count(save => save.Created).ShouldBe(1);
    }

    [Fact]
    public async Task A_tenant_sees_its_own_only_each_in_its_newest_version()
    {
        var other = Guid.NewGuid();
        foreach (var (tenant, name, text) in new[] { (Tenant, "b", "1"), (Tenant, "a", "1"), (Tenant, "a", "2"), (Tenant, "c", "1"), (other, "a", "3") }) await Kept.SaveAsync(tenant, name, text);

        (await Kept.ListAsync(Tenant, null, 2)).Select(found => (found.Name, found.Version)).ShouldBe([("a", 2), ("b", 1)]);
        (await Kept.ListAsync(Tenant, "b", 2)).Select(found => found.Name).ShouldBe(["c"]);
        (await Kept.FindAsync(other, "a"))!.Definition.ShouldBe("3");
        (await Kept.FindAsync(other, "b")).ShouldBeNull();
    }

    [Fact]
    public async Task A_run_remembers_its_version()
    {
        var run = NewRun() with { DefinitionVersion = 7 };

        await Store.CreateAsync(run);

        (await Now(run)).DefinitionVersion.ShouldBe(7);
        (await Claim(run)).Run.DefinitionVersion.ShouldBe(7);
        (await AcceptRun()).DefinitionVersion.ShouldBeNull();
    }
}

public class DefinitionsOnPostgres(PostgresServer postgres) : DefinitionStoreSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnPostgresAsync(postgres);
}

public class DefinitionsOnSqlite : DefinitionStoreSpecification
{
    protected override Task<DbDataSource> CreateDatabaseAsync() => TestDatabase.OnSqliteAsync();
}
