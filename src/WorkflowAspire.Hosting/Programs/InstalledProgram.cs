using System.Diagnostics;

namespace WorkflowAspire.Hosting.Programs;

/// <summary>Finds programs on this machine and runs short ones to their end.</summary>
internal static class InstalledProgram
{
    // A root shell's PATH may lack the folders that hold setpriv and runuser.
    private static readonly string[] SystemFolders = OperatingSystem.IsWindows() ? [] : ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

    private static readonly string Suffix = OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>A program on the PATH.</summary>
    public static string? OnPath(string name) =>
        In((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), name);

    /// <summary>A program on the PATH, or one of the system's own.</summary>
    public static string? Find(string name) => OnPath(name) ?? In(SystemFolders, name);

    /// <summary>Runs a program to its end; what it has written comes with its exit code, which is null if it took too long.</summary>
    public static (int? ExitCode, string Output) Run(IReadOnlyList<string> command, TimeSpan limit, string? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetPathRoot(Environment.CurrentDirectory),
        })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(limit))
        {
            process.Kill(entireProcessTree: true);
            return (null, "");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult() + error.GetAwaiter().GetResult());
    }

    private static string? In(IEnumerable<string> folders, string name) =>
        folders.Select(folder => Path.Combine(folder, name + Suffix)).FirstOrDefault(File.Exists);
}
