using System.Text.Json;
using System.Text.RegularExpressions;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>What <c>azd</c> reads of the application, whatever this machine has.</summary>
public sealed partial class PublishTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("publish-test-").FullName;

    [Fact]
    public async Task The_manifest_has_every_resource_in_containers_and_projects()
    {
        var resources = await PublishAsync("--publisher", "manifest", "--output-path", Path.Combine(_folder, "aspire-manifest.json"));

        Types(resources).ShouldBe(new Dictionary<string, string>
        {
            ["redis"] = "container.v0",
            ["postgres"] = "container.v0",
            ["workflow"] = "value.v0",
            ["worker"] = "project.v0",
            ["api"] = "project.v0",
            ["postgres-password"] = "parameter.v0",
            ["redis-password"] = "parameter.v0",
        }, ignoreOrder: true);
        foreach (var store in new[] { "redis", "postgres" })
            resources.GetProperty(store).GetProperty("volumes")[0].GetProperty("name").GetString().ShouldBe($"workflow-{store}-data");
        resources.GetProperty("redis").GetProperty("args")[1].GetString()!.ShouldContain("--requirepass $REDIS_PASSWORD --save 60 1");
    }

    [Fact]
    public async Task Every_reference_is_an_expression_and_every_secret_an_input()
    {
        var resources = await PublishAsync(
            "--operation", "publish", "--step", "publish-manifest", "--output-path", _folder, "--Parameters:language-model=Key=open-sesame", "--Parameters:postgres-password=open-sesame");

        foreach (var service in new[] { "worker", "api" })
        {
            var variables = resources.GetProperty(service).GetProperty("env");
            variables.GetProperty("ConnectionStrings__redis").GetString().ShouldBe("{redis.connectionString}");
            variables.GetProperty("ConnectionStrings__workflow").GetString().ShouldBe("{workflow.connectionString}");
            variables.GetProperty("LanguageModels__default__ConnectionString").GetString().ShouldBe("{language-model.value}");
        }

        foreach (var secret in new[] { "redis-password", "postgres-password", "language-model" })
            resources.GetProperty(secret).GetProperty("inputs").GetProperty("value").GetProperty("secret").GetBoolean().ShouldBeTrue();
        (await ManifestAsync()).ShouldNotContain("open-sesame");
        // What an expression names is there.
        foreach (var name in Expression.Matches(await ManifestAsync()).Select(match => match.Groups["resource"].Value).Distinct())
            resources.TryGetProperty(name, out _).ShouldBeTrue(name);
    }

    [Fact]
    public async Task Only_the_API_is_reached_from_outside_and_no_path_of_this_machine_is_told()
    {
        var resources = await PublishAsync("--publisher", "manifest", "--output-path", Path.Combine(_folder, "aspire-manifest.json"));

        resources.EnumerateObject().Where(resource => IsExternal(resource.Value)).Select(resource => resource.Name).ShouldBe(["api"]);
        var manifest = await ManifestAsync();
        manifest.ShouldNotContain(Environment.UserName == "root" ? "/root" : Environment.UserName);
        foreach (var path in resources.EnumerateObject().Select(resource => resource.Value).Where(resource => resource.TryGetProperty("path", out _)))
            Path.IsPathRooted(path.GetProperty("path").GetString()).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<string> ManifestAsync() => File.ReadAllTextAsync(Path.Combine(_folder, "aspire-manifest.json"));

    private async Task<JsonElement> PublishAsync(params string[] args)
    {
        await using var publish = new ServerProcess("dotnet", [AppHostProcess.Program, .. args]);
        await publish.WaitForExitAsync();
        publish.ExitCode.ShouldBe(0, publish.Output);
        return JsonElement.Parse(await ManifestAsync()).GetProperty("resources");
    }

    // Encoded passwords and conditions are expressions that have a name.
    private static Dictionary<string, string> Types(JsonElement resources) => resources.EnumerateObject()
        .Where(resource => !resource.Name.EndsWith("-uri-encoded", StringComparison.Ordinal) && !resource.Name.StartsWith("cond-", StringComparison.Ordinal))
        .ToDictionary(resource => resource.Name, resource => resource.Value.GetProperty("type").GetString()!);

    private static bool IsExternal(JsonElement resource) => resource.TryGetProperty("bindings", out var bindings)
        && bindings.EnumerateObject().Any(binding => binding.Value.TryGetProperty("external", out var external) && external.GetBoolean());

    [GeneratedRegex(@"\{(?<resource>[a-z0-9-]+)\.")]
    private static partial Regex Expression { get; }
}
