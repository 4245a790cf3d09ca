using System.Globalization;
using System.Text.RegularExpressions;
using WorkflowAspire.Hosting.Programs;

namespace WorkflowAspire.Hosting.Postgres;

/// <summary>An installed PostgreSQL.</summary>
internal sealed partial record PostgresPrograms(string Folder, int Version)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public string Server => Path.Combine(Folder, "postgres" + Suffix);

    public string InitDb => Path.Combine(Folder, "initdb" + Suffix);

    private static string Suffix => OperatingSystem.IsWindows() ? ".exe" : "";

    /// <summary>All that are found: in the usual install folders and on the PATH, the newest first.</summary>
    public static IReadOnlyList<PostgresPrograms> FindAll() =>
        [.. Candidates().Where(Directory.Exists).Select(Read).OfType<PostgresPrograms>().DistinctBy(found => found.Version).OrderByDescending(found => found.Version)];

    private static IEnumerable<string> Candidates()
    {
        // A link on the PATH leads to the folder that holds all the programs.
        if (InstalledProgram.OnPath("initdb") is { } initdb)
            yield return Path.GetDirectoryName(File.ResolveLinkTarget(initdb, returnFinalTarget: true)?.FullName ?? initdb)!;
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

    private static PostgresPrograms? Read(string folder)
    {
        var found = new PostgresPrograms(folder, 0);
        if (!File.Exists(found.Server) || !File.Exists(found.InitDb)) return null;
        var version = MajorVersion().Match(InstalledProgram.Run([found.Server, "--version"], Limit).Output);
        return version.Success ? found with { Version = int.Parse(version.ValueSpan, CultureInfo.InvariantCulture) } : null;
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex MajorVersion();
}
