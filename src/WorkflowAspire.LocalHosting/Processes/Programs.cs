using System.Runtime.InteropServices;

namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>Finds programs on this machine.</summary>
internal static class Programs
{
    // A root shell's PATH may lack the folders that hold setpriv and runuser.
    private static readonly string[] SystemFolders = OperatingSystem.IsWindows() ? [] : ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>The dotnet host that runs this process's own framework.</summary>
    public static string Dotnet { get; } = FindDotnet();

    /// <summary>A program on the PATH.</summary>
    public static string? OnPath(string name) =>
        In((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), name);

    /// <summary>A program on the PATH, or one of the system's own.</summary>
    public static string? Find(string name) => OnPath(name) ?? In(SystemFolders, name);

    /// <summary>A program in one of several folders.</summary>
    public static string? In(IEnumerable<string> folders, string name) =>
        folders.Select(folder => Path.Combine(folder, name + Suffix)).FirstOrDefault(File.Exists);

    private static string FindDotnet()
    {
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet" + Suffix));
        return File.Exists(beside) ? beside : "dotnet";
    }
}
