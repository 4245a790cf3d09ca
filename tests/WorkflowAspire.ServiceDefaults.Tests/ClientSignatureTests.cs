using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace WorkflowAspire.ServiceDefaults.Tests;

/// <summary>docs/hosting-clients.md lists what services use of Aspire's clients; whichever backend this is built against has to have it.</summary>
public class ClientSignatureTests
{
    private static readonly Assembly[] Clients = [typeof(AspireRedisExtensions).Assembly, typeof(AspirePostgreSqlNpgsqlExtensions).Assembly];

    [Fact]
    public void Every_member_that_is_listed_exists_with_that_signature() => Listed().Except(Public()).ShouldBeEmpty();

    [Fact]
    public void The_local_backends_clients_have_nothing_that_is_not_listed()
    {
        Assert.SkipUnless(Clients[0].GetName().Name == "WorkflowAspire.LocalHosting.Client", "Aspire's own clients have more.");

        Public().Except(Listed()).ShouldBeEmpty();
    }

    private static IReadOnlyList<string> Listed()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "hosting-clients.md"));
        return [.. lines.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```").Where(line => line.Length > 0)];
    }

    private static IEnumerable<string> Public() =>
        from type in Clients.Distinct().SelectMany(assembly => assembly.GetExportedTypes())
        from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where member is PropertyInfo or MethodInfo { IsSpecialName: false }
        select member is MethodInfo method ? Signature.Of(method) : Signature.Of((PropertyInfo)member);
}
