using System.Diagnostics;

namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>Whom programs run as that refuse to run as root.</summary>
internal sealed record UnprivilegedUser(string Name)
{
    /// <summary>Whether there is a need for one.</summary>
    public static bool IsNeeded => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>PostgreSQL's own user, else nobody.</summary>
    public static UnprivilegedUser? Find()
    {
        var known = File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet() : [];
        var name = known.Contains("postgres") ? "postgres" : known.Contains("nobody") ? "nobody" : null;
        return name is not null && Prefix(name) is not null ? new UnprivilegedUser(name) : null;
    }

    /// <summary>The command that becomes the program under this user; it keeps the process id.</summary>
    public IReadOnlyList<string> CommandPrefix => Prefix(Name) ?? throw new InvalidOperationException("Neither setpriv nor runuser was found.");

    /// <summary>Gives a file or folder to this user.</summary>
    public void TakeOver(string path) => Run("chown", "-R", $"{Name}:", path);

    /// <summary>Whether this user can work in a folder, whatever stands above it.</summary>
    public bool CanEnter(string folder) => TryRun([.. CommandPrefix, "/bin/sh", "-c", "cd \"$1\" && test -w .", "sh", folder]);

    private static string[]? Prefix(string name) =>
        Programs.Find("setpriv") is { } setpriv ? [setpriv, $"--reuid={name}", $"--regid={GroupOf(name)}", "--clear-groups", "--"]
        : Programs.Find("runuser") is { } runuser ? [runuser, "-u", name, "--"]
        : null;

    private static string GroupOf(string name) =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).First(fields => fields[0] == name)[3];

    private static void Run(params string[] command)
    {
        if (!TryRun(command)) throw new IOException($"'{string.Join(' ', command)}' failed.");
    }

    private static bool TryRun(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
