using System.Text.RegularExpressions;

namespace WorkflowAspire.Interop.Tests;

/// <summary>docs/from-node.md says of each name that Node's package exports what it is here.</summary>
public sealed partial class NamesTests(InteropServers servers) : InteropSpecification(servers)
{
    private static readonly string[] Rows = [.. File.ReadAllText(Repository.Path("docs/from-node.md")).Split("\n## Name by name\n")[1].Split('\n')
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))];

    [Fact]
    public async Task The_table_has_every_name_of_the_package_and_no_other()
    {
        var exported = (await Node(6).RunAsync("exportedNames"))!.AsArray().Select(name => (string)name!).ToList();
        var described = Rows.SelectMany(row => NamesIn(row.Split(" | ")[0])).ToList();

        exported.Except(described).ShouldBeEmpty();
        described.Except(exported).ShouldBeEmpty();
        described.Distinct().Count().ShouldBe(described.Count);
    }

    [Fact]
    public void Every_method_that_the_table_names_here_exists()
    {
        var members = typeof(Queue).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMembers().Select(member => member.Name).Append(type.Name)).ToHashSet();

        Rows.SelectMany(row => NamesIn(row.Split(" | ")[1])).SelectMany(name => Word().Matches(name.Split('(', '<')[0]).Select(word => word.Value))
            .Where(word => word is not ("await" or "foreach" or "Async")).Except(members).ShouldBeEmpty();
    }

    [Fact]
    public void What_is_the_same_with_Async_behind_is()
    {
        var methods = new[] { typeof(Queue), typeof(Job), typeof(FlowProducer) }.SelectMany(type => type.GetMethods()).Select(method => method.Name).ToHashSet();

        Rows.Select(row => row.Split(" | ")).Where(cells => cells[1] == "the same with `Async`").SelectMany(cells => NamesIn(cells[0])).Where(name => name.Contains('.', StringComparison.Ordinal))
            .Select(name => name.Split('.')[1]).Select(name => $"{char.ToUpperInvariant(name[0])}{name[1..]}Async").Except(methods).ShouldBeEmpty();
    }

    private static IEnumerable<string> NamesIn(string cell) => Quoted().Matches(cell).Select(name => name.Groups[1].Value);

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
