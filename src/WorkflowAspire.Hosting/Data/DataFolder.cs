using System.Globalization;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using WorkflowAspire.Hosting.Programs;

namespace WorkflowAspire.Hosting.Data;

/// <summary>Where the stores keep their data; one AppHost at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;
    private bool _isDisposed;

    private DataFolder(string path, FileStream lockFile, bool isTemporary)
    {
        Path = path;
        _lock = lockFile;
        IsTemporary = isTemporary;
    }

    public string Path { get; }

    /// <summary>Whether it goes with the application.</summary>
    public bool IsTemporary { get; }

    /// <summary>
    /// Opens the folder that is configured (<c>Local:DataPath</c>), else <c>.local</c> beneath the AppHost. Where ports are random, so that several
    /// applications can run side by side, a folder of its own is made that goes with the application.
    /// </summary>
    /// <exception cref="DistributedApplicationException">It can't be used, or another AppHost uses it.</exception>
    public static DataFolder Open(IConfiguration configuration, string appHostDirectory)
    {
        var configured = configuration["Local:DataPath"];
        var isTemporary = string.IsNullOrEmpty(configured) && configuration.GetValue<bool>("DcpPublisher:RandomizePorts");
        var path = isTemporary ? Directory.CreateTempSubdirectory("workflow-aspire-").FullName
            : string.IsNullOrEmpty(configured) ? System.IO.Path.Combine(appHostDirectory, ".local")
            : System.IO.Path.GetFullPath(configured);
        try
        {
            Create(path);
            return new DataFolder(path, Lock(path), isTemporary);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new DistributedApplicationException($"The data folder {path} can't be used: {error.Message} Choose another with --Local:DataPath=….", error);
        }
    }

    /// <summary>A folder for one resource.</summary>
    public string Folder(string name) => Directory.CreateDirectory(File(name)).FullName;

    /// <summary>The path of a file or folder that may not exist yet.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true)) return;
        _lock.Dispose();
        if (IsTemporary) Directory.Delete(Path, recursive: true);
    }

    private static void Create(string path)
    {
        Directory.CreateDirectory(path);
        if (OperatingSystem.IsWindows()) return;
        // As root, the database's user has to get through to its own folder; else it is nobody's business.
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        System.IO.File.SetUnixFileMode(path, UnprivilegedUser.IsNeeded ? Mine | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Mine);
    }

    private static FileStream Lock(string path)
    {
        try
        {
            var lockFile = new FileStream(System.IO.Path.Combine(path, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            System.IO.File.WriteAllText(PidFile(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return lockFile;
        }
        catch (IOException) when (System.IO.File.Exists(PidFile(path)))
        {
            throw new DistributedApplicationException(
                $"Another AppHost (pid {System.IO.File.ReadAllText(PidFile(path)).Trim()}) runs on the data folder {path}; stop it, or give this one a folder of its own with --Local:DataPath=….");
        }
    }

    private static string PidFile(string path) => System.IO.Path.Combine(path, "apphost.pid");
}
