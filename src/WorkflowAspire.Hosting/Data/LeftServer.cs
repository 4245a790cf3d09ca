using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;

namespace WorkflowAspire.Hosting.Data;

/// <summary>
/// A server of an AppHost that was killed: the orchestrator ends it some seconds later, and until then it has its files open. A second one on the
/// same files would damage them.
/// </summary>
internal static class LeftServer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>Waits for the process that a server has written into its pid file.</summary>
    /// <exception cref="DistributedApplicationException">It doesn't end.</exception>
    public static void WaitUntilGone(string name, string pidFile)
    {
        if (Find(pidFile) is not { } left) return;
        using var _ = left;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} (pid {left.Id}) was left running by an AppHost that was killed; waiting for its end."));
        if (!left.WaitForExit(Limit))
            throw new DistributedApplicationException(string.Create(CultureInfo.InvariantCulture, $"{name} (pid {left.Id}) was left running by an AppHost that was killed, and doesn't end; stop it with 'kill {left.Id}' and start again."));
    }

    // The number may have gone to another program meanwhile.
    private static Process? Find(string pidFile)
    {
        if (!File.Exists(pidFile) || !int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id)) return null;
        try
        {
            var process = Process.GetProcessById(id);
            if (process.ProcessName.StartsWith("redis", StringComparison.Ordinal) || process.ProcessName.StartsWith("valkey", StringComparison.Ordinal) || process.ProcessName.StartsWith("postgres", StringComparison.Ordinal)) return process;
            process.Dispose();
            return null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
