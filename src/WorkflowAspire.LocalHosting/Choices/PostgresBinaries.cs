using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>An installed PostgreSQL.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Version)
{
    public string Server => Path.Combine(Folder, "postgres" + Suffix);

    public string InitDb => Path.Combine(Folder, "initdb" + Suffix);

    private static string Suffix => OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>All that are found: in the usual install folders and on the PATH, the newest first.</summary>
    public static IReadOnlyList<PostgresBinaries> FindAll() =>
        [.. Candidates().Where(Directory.Exists).Select(Read).OfType<PostgresBinaries>().DistinctBy(found => found.Version).OrderByDescending(found => found.Version)];

    private static IEnumerable<string> Candidates()
    {
        if (Programs.OnPath("initdb") is { } initdb) yield return Path.GetDirectoryName(Resolve(initdb))!;
        foreach (var bin in Below("/usr/lib/postgresql", "*")) yield return bin;
        foreach (var bin in Below("/usr", "pgsql-*")) yield return bin;
        foreach (var bin in Below("/opt/homebrew/opt", "postgresql*")) yield return bin;
        foreach (var bin in Below("/usr/local/opt", "postgresql*")) yield return bin;
        foreach (var bin in Below("/Applications/Postgres.app/Contents/Versions", "*")) yield return bin;
        if (OperatingSystem.IsWindows())
        {
            foreach (var bin in Below(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*")) yield return bin;
        }
    }

    private static IEnumerable<string> Below(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, pattern).Select(version => Path.Combine(version, "bin")) : [];

    // A link on the PATH leads to the folder that holds all the programs.
    private static string Resolve(string program) => File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;

    private static PostgresBinaries? Read(string folder)
    {
        var found = new PostgresBinaries(folder, 0);
        if (!File.Exists(found.Server) || !File.Exists(found.InitDb)) return null;
        using var process = Process.Start(new ProcessStartInfo(found.Server, ["--version"]) { RedirectStandardOutput = true })!;
        var version = MajorVersion().Match(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        return version.Success ? found with { Version = int.Parse(version.ValueSpan, CultureInfo.InvariantCulture) } : null;
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex MajorVersion();
}
