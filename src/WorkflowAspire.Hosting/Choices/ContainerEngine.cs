using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using WorkflowAspire.Hosting.Programs;

namespace WorkflowAspire.Hosting.Choices;

/// <summary>Looks for a container engine that answers: without one, a container resource and all that waits for it would wait for ever.</summary>
internal static class ContainerEngine
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, bool> Asked = [];

    /// <summary>The engine that Aspire would use, if it answers within three seconds.</summary>
    public static string? Find(IConfiguration configuration) => Candidates(configuration).FirstOrDefault(Answers);

    /// <exception cref="DistributedApplicationException">None answers.</exception>
    public static string Require(IConfiguration configuration, string option) => Find(configuration) ?? throw new DistributedApplicationException(
        $"--{option}=container is not possible: {string.Join(" and ", Candidates(configuration))} didn't answer within three seconds. Start the container engine, or leave the option out.");

    private static string[] Candidates(IConfiguration configuration) =>
        (configuration["ASPIRE_CONTAINER_RUNTIME"] ?? configuration["DOTNET_ASPIRE_CONTAINER_RUNTIME"]) is { Length: > 0 } runtime ? [runtime] : ["docker", "podman"];

    // Both stores ask, and an engine that hangs is waited for once.
    private static bool Answers(string engine)
    {
        lock (Gate)
        {
            if (!Asked.TryGetValue(engine, out var answers))
                Asked[engine] = answers = InstalledProgram.OnPath(engine) is { } program && InstalledProgram.Run([program, "container", "ls", "--last", "1"], Limit).ExitCode == 0;
            return answers;
        }
    }
}
