using System.Reflection;
using Aspire.Hosting;

namespace WorkflowAspire.LocalHosting.Tests;

/// <summary>What compiles against LocalHosting compiles against Aspire: both have what docs/hosting.md lists, and LocalHosting has nothing else.</summary>
public class SurfaceTests
{
    private const string AspireFolder = "ASPIRE_ASSEMBLIES";

    private static readonly Assembly Local = typeof(DistributedApplication).Assembly;

    private static string Repository => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));

    private static IReadOnlyList<string> Listed =>
    [
        .. File.ReadLines(Path.Combine(Repository, "docs", "hosting.md"))
            .SkipWhile(line => line != "```aspire").Skip(1).TakeWhile(line => line != "```"),
    ];

    [Fact]
    public void LocalHosting_has_what_is_listed_and_nothing_else()
    {
        var actual = PublicSurface.Of(PublicSurface.Types(Local));

        actual.Except(Listed).ShouldBeEmpty("not listed in docs/hosting.md: find each in Aspire's public API and list it, or make it internal");
        Listed.Except(actual).ShouldBeEmpty("listed in docs/hosting.md, and LocalHosting doesn't have it");
    }

    [Fact]
    public void Outside_of_Aspires_namespaces_only_what_the_build_generates_code_for_is_public() =>
        Local.GetExportedTypes().Except(PublicSurface.Types(Local)).Select(type => type.Name).ShouldBe([nameof(IBuiltProject)]);

    [Fact]
    public void Aspire_has_everything_that_is_listed()
    {
        var folder = Environment.GetEnvironmentVariable(AspireFolder);
        Assert.SkipWhen(folder is null, $"{AspireFolder} names no folder with Aspire.Hosting*.dll.");
        var aspire = Directory.EnumerateFiles(folder!, "Aspire.Hosting*.dll").Select(Assembly.LoadFrom).ToList();
        var types = PublicSurface.Types(Local).Select(type => aspire.Select(assembly => assembly.GetType(type.FullName!)).FirstOrDefault(found => found is not null)).OfType<Type>();

        Listed.Except(PublicSurface.Of(types)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("WorkflowAspire.AppHost")]
    [InlineData("tests/WorkflowAspire.AppHost.Tests")]
    public void Nothing_is_compiled_for_one_backend_only(string project)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository, project), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).ToList();

        files.ShouldNotBeEmpty();
        files.ShouldAllBe(file => File.ReadLines(file).All(line => !line.TrimStart().StartsWith("#if", StringComparison.Ordinal)));
    }
}
