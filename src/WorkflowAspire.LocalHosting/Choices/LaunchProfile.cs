using System.Text.Json;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>The launch profile of a project that says how it runs under the AppHost.</summary>
internal sealed record LaunchProfile(bool HasHttpUrl, IReadOnlyDictionary<string, string> EnvironmentVariables)
{
    /// <summary>Reads the first profile that runs the project itself.</summary>
    public static LaunchProfile? Find(string projectPath)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath) ?? "", "Properties", "launchSettings.json");
        if (!File.Exists(path)) return null;
        using var json = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        if (!json.RootElement.TryGetProperty("profiles", out var profiles)) return null;
        foreach (var profile in profiles.EnumerateObject().Select(p => p.Value))
        {
            if (profile.TryGetProperty("commandName", out var command) && command.GetString() == "Project") return Read(profile);
        }

        return null;
    }

    private static LaunchProfile Read(JsonElement profile)
    {
        // The URL's port is for a project that runs alone; here it gets a free one.
        var hasHttpUrl = profile.TryGetProperty("applicationUrl", out var urls) && urls.GetString()!.Split(';').Any(url => url.StartsWith("http://", StringComparison.OrdinalIgnoreCase));
        var variables = profile.TryGetProperty("environmentVariables", out var all)
            ? all.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString() ?? "")
            : [];
        return new LaunchProfile(hasHttpUrl, variables);
    }
}
