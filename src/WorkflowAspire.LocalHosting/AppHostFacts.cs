using System.Reflection;

namespace WorkflowAspire.LocalHosting;

/// <summary>What the build wrote into the AppHost's assembly.</summary>
internal sealed record AppHostFacts(Assembly? Assembly, string Directory, string? GarnetPath, string Hosting, string HostingReason)
{
    public static AppHostFacts Of(Assembly? assembly, string? projectDirectory)
    {
        var metadata = assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().ToLookup(a => a.Key, a => a.Value);
        string? Read(string key) => metadata?[key].FirstOrDefault() is { Length: > 0 } value ? value : null;
        var built = Read("AppHostDirectory");
        return new AppHostFacts(
            assembly,
            // A copy of the build's result on another machine has no project folder.
            projectDirectory ?? (System.IO.Directory.Exists(built) ? built : AppContext.BaseDirectory),
            Read("GarnetPath"),
            Read("Hosting") ?? "local",
            Read("HostingReason") ?? "the AppHost was built against LocalHosting");
    }
}
