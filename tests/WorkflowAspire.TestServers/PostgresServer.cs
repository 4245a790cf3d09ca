using System.Diagnostics;
using System.Globalization;

namespace WorkflowAspire.TestServers;

/// <summary>One PostgreSQL server for a test assembly: a private cluster in a temporary folder, on a free port of the loopback interface.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private static readonly string[] Hasty = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];

    private readonly string _folder = Directory.CreateTempSubdirectory("postgres-test-").FullName;
    private readonly string _programs = ProgramFolder();
    private ServerProcess? _process;

    /// <summary>Whether a commit reaches the disk, as in production; tests don't wait for that.</summary>
    public bool IsDurable { get; init; }

    public int Port { get; } = ServerProcess.FreePort();

    /// <summary>The server's first process, the parent of the others.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("PostgreSQL isn't running.");

    /// <summary>The connection string of the maintenance database.</summary>
    public string ConnectionString => ConnectionStringOf("postgres");

    public async ValueTask InitializeAsync()
    {
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", ["postgres", _folder]);
        await RunUnprivilegedAsync("initdb", ["-D", _folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        await StartAsync();
    }

    public async Task StartAsync()
    {
        var (program, arguments) = Unprivileged("postgres",
        [
            "-D", _folder, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", "",
            "-c", "max_connections=200",
            .. IsDurable ? [] : Hasty,
        ]);
        _process = new ServerProcess(program, arguments, _folder);
        await Eventually.True(() => _process.Output.Contains("ready to accept connections", StringComparison.Ordinal) || _process.HasExited);
        if (_process.HasExited) throw new InvalidOperationException($"PostgreSQL didn't start in {_folder}: {_process.Output}");
    }

    /// <summary>Stops the server as an operator in a hurry would: sessions are cut, nothing committed is lost.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited) process.Signal("INT");
        await process.WaitForExitAsync();
        await process.DisposeAsync();
    }

    /// <summary>Creates an empty database, or a copy of another one; returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"test_{Guid.NewGuid():N}";
        await RunAsync(Path.Combine(_programs, "createdb"),
            ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", .. template is null ? [] : new[] { "-T", template }, name]);
        return ConnectionStringOf(name);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string ConnectionStringOf(string database) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}");

    private Task RunUnprivilegedAsync(string name, string[] arguments)
    {
        var (program, all) = Unprivileged(name, arguments);
        return RunAsync(program, all);
    }

    // PostgreSQL refuses to run as root.
    private (string Program, string[] Arguments) Unprivileged(string name, string[] arguments) => Environment.IsPrivilegedProcess
        ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", Path.Combine(_programs, name), .. arguments])
        : (Path.Combine(_programs, name), arguments);

    private async Task RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors}{await output}");
    }

    // The PATH first; Debian keeps the servers outside of it, one folder for each version.
    private static string ProgramFolder() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")) : [])
            .FirstOrDefault(folder => Array.TrueForAll(["postgres", "initdb", "createdb"], program => File.Exists(Path.Combine(folder, program))))
        ?? throw new InvalidOperationException("These tests need PostgreSQL's programs (postgres, initdb, createdb) on the PATH or in /usr/lib/postgresql; install the package 'postgresql'.");
}
