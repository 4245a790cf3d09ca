using System.Globalization;
using System.Security.Cryptography;
using Aspire.Hosting;
using WorkflowAspire.Hosting.Data;
using WorkflowAspire.Hosting.Programs;

namespace WorkflowAspire.Hosting.Postgres;

/// <summary>A private PostgreSQL cluster in the data folder, with a password that only its owner can read.</summary>
internal sealed class PostgresCluster
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan InitLimit = TimeSpan.FromMinutes(2);

    private readonly DataFolder _data;
    private readonly string _folder;
    private readonly PostgresPrograms _programs;
    private readonly UnprivilegedUser? _user;

    private PostgresCluster(DataFolder data, string name, PostgresPrograms programs, UnprivilegedUser? user)
    {
        (_data, _folder, _programs, _user) = (data, data.File(name), programs, user);
        PasswordFile = data.File($"{name}.password");
    }

    public const string UserName = "postgres";

    public string Password { get; private set; } = "";

    public string PidFile => Path.Combine(DataPath, "postmaster.pid");

    public string Description => string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {_programs.Version} in {_programs.Folder}{(_user is null ? "" : $", as user {_user.Name}")}");

    private string DataPath => Path.Combine(_folder, "data");

    private string PasswordFile { get; }

    private bool Exists => VersionOf(_data, Path.GetFileName(_folder)) is not null;

    /// <summary>Opens the cluster of this name, and makes it if there is none yet.</summary>
    /// <exception cref="PostgresUnavailableException">PostgreSQL isn't here, or can't be run.</exception>
    /// <exception cref="DistributedApplicationException">The cluster that is there can't be opened: by another version, or without its password.</exception>
    public static PostgresCluster Open(DataFolder data, string name, string? givenPassword)
    {
        var cluster = new PostgresCluster(data, name, Choose(data, name), FindUser());
        try
        {
            cluster.Prepare(givenPassword);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PostgresUnavailableException(error.Message, error);
        }

        return cluster;
    }

    /// <summary>The command that runs the server.</summary>
    public (string Program, string[] Arguments) Command(int port)
    {
        string[] command =
        [
            .. _user?.CommandPrefix ?? [], _programs.Server, "-D", DataPath, "-p", port.ToString(CultureInfo.InvariantCulture), "-h", "127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "logging_collector=off", "-c", "log_min_messages=warning",
            // What is deleted with the application need not survive a power cut.
            "-c", _data.IsTemporary ? "fsync=off" : "fsync=on",
        ];
        return (command[0], command[1..]);
    }

    private static PostgresPrograms Choose(DataFolder data, string name)
    {
        var found = PostgresPrograms.FindAll();
        var made = VersionOf(data, name);
        if (found.Count == 0 && made is null) throw new PostgresUnavailableException("no PostgreSQL was found on the PATH or in the usual folders.");
        if (made is not { } version) return found[0];
        return found.FirstOrDefault(programs => programs.Version == version) ?? throw new DistributedApplicationException(
            $"The cluster in {data.File(name)} was made by PostgreSQL {version}, and {(found.Count == 0 ? "none" : $"only {string.Join(", ", found.Select(programs => programs.Version))}")} is installed; install {version}, or delete the folder to begin anew.");
    }

    private static UnprivilegedUser? FindUser() => !UnprivilegedUser.IsNeeded ? null : UnprivilegedUser.Find() ?? throw new PostgresUnavailableException(
        "PostgreSQL never runs as root, and there is no way to another user here: setpriv or runuser and a user postgres or nobody are needed.");

    private static int? VersionOf(DataFolder data, string name)
    {
        var file = Path.Combine(data.File(name), "data", "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    private void Prepare(string? givenPassword)
    {
        Directory.CreateDirectory(_folder);
        var exists = Exists;
        Password = ReadPassword(givenPassword, exists);
        if (exists) return;
        _user?.TakeOver(_folder);
        if (_user is not null && !_user.CanEnter(_folder))
            throw new PostgresUnavailableException($"PostgreSQL never runs as root, and the user {_user.Name} can't enter {_folder}; put the data folder where others may pass, with --Local:DataPath=….");
        Initialize();
    }

    private string ReadPassword(string? given, bool exists)
    {
        var kept = File.Exists(PasswordFile) ? File.ReadAllText(PasswordFile).Trim() : null;
        if (exists && kept is null)
            throw new DistributedApplicationException($"The password of the cluster in {_folder} is gone ({PasswordFile}); bring it back, or delete {_folder} to begin anew.");
        if (exists && !string.IsNullOrEmpty(given) && given != kept)
            throw new DistributedApplicationException($"The cluster in {_folder} was made with another password than the one that is set; leave the setting out, or delete {_folder} to begin anew.");
        if (exists) return kept!;
        var password = string.IsNullOrEmpty(given) ? RandomNumberGenerator.GetHexString(32, lowercase: true) : given;
        WritePrivate(PasswordFile, password);
        return password;
    }

    // A half-made cluster is never taken for a whole one: it gets its name when it is done.
    private void Initialize()
    {
        var half = Path.Combine(_folder, "initializing");
        if (Directory.Exists(half)) Directory.Delete(half, recursive: true);
        var passwordFile = Path.Combine(_folder, "password");
        WritePrivate(passwordFile, Password);
        _user?.TakeOver(passwordFile);
        try
        {
            var (exitCode, output) = InstalledProgram.Run(
                [
                    .. _user?.CommandPrefix ?? [], _programs.InitDb, "-D", half, "-U", UserName, $"--pwfile={passwordFile}", "--auth=scram-sha-256",
                    "--encoding=UTF8", "--no-locale", "--no-instructions", .. _data.IsTemporary ? ["--no-sync"] : Array.Empty<string>(),
                ],
                InitLimit);
            if (exitCode != 0) throw new PostgresUnavailableException($"initdb failed: {string.Join(' ', output.Trim().Split('\n').TakeLast(3))}");
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(half, DataPath);
    }

    private static void WritePrivate(string file, string text)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
    }
}
