namespace WorkflowAspire.Hosting.Programs;

/// <summary>Whom programs run as that refuse to run as root.</summary>
internal sealed record UnprivilegedUser(string Name)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Whether there is a need for one.</summary>
    public static bool IsNeeded => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>PostgreSQL's own user, else nobody; null where there is no way to become one.</summary>
    public static UnprivilegedUser? Find()
    {
        var name = Known.Any(user => user[0] == "postgres") ? "postgres" : Known.Any(user => user[0] == "nobody") ? "nobody" : null;
        return name is not null && Prefix(name) is not null ? new UnprivilegedUser(name) : null;
    }

    /// <summary>The command that becomes the program under this user; it keeps the process id.</summary>
    public IReadOnlyList<string> CommandPrefix => Prefix(Name) ?? throw new InvalidOperationException("Neither setpriv nor runuser was found.");

    private static IEnumerable<string[]> Known => File.Exists("/etc/passwd") ? File.ReadLines("/etc/passwd").Select(line => line.Split(':')) : [];

    /// <summary>Gives a file or folder to this user.</summary>
    public void TakeOver(string path)
    {
        if (InstalledProgram.Run(["chown", "-R", $"{Name}:", path], Limit) is not (0, _) and var failed) throw new IOException($"chown of {path} to {Name} failed: {failed.Output.Trim()}");
    }

    /// <summary>Whether this user can work in a folder, whatever stands above it.</summary>
    public bool CanEnter(string folder) => InstalledProgram.Run([.. CommandPrefix, "/bin/sh", "-c", "cd \"$1\" && test -w .", "sh", folder], Limit).ExitCode == 0;

    private static string[]? Prefix(string name) =>
        InstalledProgram.Find("setpriv") is { } setpriv ? [setpriv, $"--reuid={name}", $"--regid={Known.First(user => user[0] == name)[3]}", "--clear-groups", "--"]
        : InstalledProgram.Find("runuser") is { } runuser ? [runuser, "-u", name, "--"]
        : null;
}
