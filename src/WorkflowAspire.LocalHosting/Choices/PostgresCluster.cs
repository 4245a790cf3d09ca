using System.Globalization;
using System.Security.Cryptography;
using WorkflowAspire.LocalHosting.Data;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>A private PostgreSQL cluster in the data folder, with a password that only its owner can read.</summary>
internal sealed class PostgresCluster(DataFolder data, string name, PostgresBinaries binaries, UnprivilegedUser? user)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = data.File(name);

    private string DataPath => Path.Combine(_folder, "data");

    /// <summary>The version that made the cluster; null if there is none yet.</summary>
    public static int? VersionOf(DataFolder data, string name)
    {
        var file = Path.Combine(data.File(name), "data", "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    /// <summary>Makes the cluster if there is none; returns its password.</summary>
    public async Task<string> PrepareAsync(string userName, string? givenPassword, CancellationToken ct)
    {
        Directory.CreateDirectory(_folder);
        var exists = VersionOf(data, name) is not null;
        var password = givenPassword ?? KeptPassword(exists);
        user?.TakeOver(_folder);
        if (user is not null && !user.CanEnter(_folder))
            throw new IOException($"PostgreSQL never runs as root, and the user {user.Name} can't enter {_folder}; put the data folder where others may pass, with --Local:DataPath=….");
        if (!exists) await InitializeAsync(userName, password, ct).ConfigureAwait(false);
        return password;
    }

    public ChildStart Start(int port) => new(binaries.Server,
    [
        "-D", DataPath, "-p", port.ToString(CultureInfo.InvariantCulture), "-h", "127.0.0.1",
        "-c", "unix_socket_directories=", "-c", "logging_collector=off", "-c", "log_min_messages=warning",
        // What is deleted with the run need not survive a power cut.
        "-c", data.IsTemporary ? "fsync=off" : "fsync=on",
    ])
    { User = user, WorkingDirectory = "/" };

    private string KeptPassword(bool clusterExists)
    {
        var file = data.File($"{name}.password");
        if (File.Exists(file)) return File.ReadAllText(file).Trim();
        if (clusterExists) throw new IOException($"The password of the cluster in {_folder} is gone ({file}); bring it back, or delete {_folder} to begin anew.");
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        WritePrivate(file, password);
        return password;
    }

    // A half-made cluster is never taken for a whole one: it gets its name when it is done.
    private async Task InitializeAsync(string userName, string password, CancellationToken ct)
    {
        var half = Path.Combine(_folder, "initializing");
        if (Directory.Exists(half)) Directory.Delete(half, recursive: true);
        var passwordFile = Path.Combine(_folder, "password");
        WritePrivate(passwordFile, password);
        user?.TakeOver(passwordFile);
        try
        {
            var output = new List<string>();
            var start = new ChildStart(binaries.InitDb,
            [
                "-D", half, "-U", userName, $"--pwfile={passwordFile}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-instructions",
                .. data.IsTemporary ? ["--no-sync"] : Array.Empty<string>(),
            ])
            { User = user, WorkingDirectory = "/" };
            using var initdb = ChildProcess.Start(start, (line, _) =>
            {
                lock (output) output.Add(line);
            });
            using var kill = ct.Register(initdb.Kill);
            if (await initdb.Exited.ConfigureAwait(false) != 0)
            {
                ct.ThrowIfCancellationRequested();
                throw new IOException($"initdb failed: {string.Join(' ', output.TakeLast(3))}");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(half, DataPath);
    }

    private static void WritePrivate(string file, string text)
    {
        if (OperatingSystem.IsWindows())
        {
            File.WriteAllText(file, text);
            return;
        }

        File.Delete(file);
        using var writer = new StreamWriter(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        writer.Write(text);
    }
}
