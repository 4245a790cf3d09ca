using System.Globalization;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Data;

/// <summary>Where the resources keep their data; one AppHost at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream _lock;
    private readonly bool _isTemporary;

    private DataFolder(string path, FileStream lockFile, bool isTemporary)
    {
        Path = path;
        _lock = lockFile;
        _isTemporary = isTemporary;
    }

    public string Path { get; }

    public bool IsTemporary => _isTemporary;

    /// <summary>Opens the folder that is configured, else <c>.local</c> beneath the AppHost; a test gets one that goes with it.</summary>
    public static DataFolder Open(IConfiguration configuration, string appHostDirectory, bool isTest)
    {
        var configured = configuration["Local:DataPath"];
        var isTemporary = isTest && string.IsNullOrEmpty(configured);
        var path = isTemporary ? Directory.CreateTempSubdirectory("workflow-aspire-").FullName
            : string.IsNullOrEmpty(configured) ? System.IO.Path.Combine(appHostDirectory, ".local")
            : System.IO.Path.GetFullPath(configured);
        try
        {
            Create(path);
            return new DataFolder(path, Lock(path), isTemporary);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not LockedException))
        {
            throw new DistributedApplicationException($"The data folder {path} can't be used: {error.Message} Choose another with --Local:DataPath=….", error);
        }
        catch (LockedException)
        {
            throw new DistributedApplicationException(
                $"Another AppHost (pid {ReadOwner(path)}) runs on the data folder {path}; stop it, or give this one a folder of its own with --Local:DataPath=….");
        }
    }

    /// <summary>A folder for one resource.</summary>
    public string Folder(string name)
    {
        var path = File(name);
        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>The path of a file or folder that may not exist yet.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        _lock.Dispose();
        if (!_isTemporary) return;
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A temporary folder that can't be deleted is the system's to clean.
        }
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
        FileStream lockFile;
        try
        {
            lockFile = new FileStream(System.IO.Path.Combine(path, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new LockedException(error);
        }

        System.IO.File.WriteAllText(System.IO.Path.Combine(path, "apphost.pid"), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return lockFile;
    }

    private static string ReadOwner(string path)
    {
        var file = System.IO.Path.Combine(path, "apphost.pid");
        return System.IO.File.Exists(file) ? System.IO.File.ReadAllText(file).Trim() : "unknown";
    }

    private sealed class LockedException(IOException inner) : IOException(inner.Message, inner);
}
