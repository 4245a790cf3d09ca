namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>Starts a program in a session of its own, so that the terminal's Ctrl-C reaches the AppHost alone.</summary>
internal static class OwnSession
{
    // Both replace themselves by the program and so keep its process id.
    private static readonly string[] Prefix =
        OperatingSystem.IsWindows() ? []
        : Programs.Find("setsid") is { } setsid ? [setsid]
        : Programs.Find("perl") is { } perl ? [perl, "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV or die $!", "--"]
        : [];

    public static IReadOnlyList<string> Command(ChildStart start) =>
        [.. Prefix, .. start.User?.CommandPrefix ?? [], start.FileName, .. start.Arguments];
}
