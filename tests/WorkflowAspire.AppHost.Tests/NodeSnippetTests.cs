namespace WorkflowAspire.AppHost.Tests;

/// <summary>The runbook's script for Node, on either pair of stores.</summary>
public abstract class NodeSnippetSpecification(RunningSystem system)
{
    [Fact]
    public async Task The_node_snippet_prints_the_dead_letters()
    {
        var id = await system.SubmitAsync("http-extract", new { url = "ftp://example.org/", fields = new { a = "/a" } });
        var letter = await system.DeadLetterAsync(id.ToString());

        var output = await Commands.NodeAsync(Runbook.Blocks("typescript").Single(), system.RedisPort);

        var line = output.Split('\n').Where(printed => printed.StartsWith(id.ToString(), StringComparison.Ordinal)).ShouldHaveSingleItem();
        line.ShouldBe($"{id} {id} {letter.GetProperty("errorMessage").GetString()} {letter.GetProperty("failedAt").GetString()}");
    }
}

[Collection(nameof(OnRedisAndPostgres))]
public class NodeSnippetOnRedisAndPostgres(RedisAndPostgres system) : NodeSnippetSpecification(system);

[Collection(nameof(OnGarnetAndSqlite))]
public class NodeSnippetOnGarnetAndSqlite(GarnetAndSqlite system) : NodeSnippetSpecification(system);
