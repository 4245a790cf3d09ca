using System.Diagnostics;
using System.Globalization;

namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>Tells a process from a later one that got the same id.</summary>
internal static class ProcessIdentity
{
    /// <summary>When the process started, in words that only this start has; null if there is no such process.</summary>
    public static string? Of(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux()) return OnLinux(processId);
            using var process = Process.GetProcessById(processId);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string? OnLinux(int processId)
    {
        // The name in the second field may hold spaces; what follows its bracket is fixed.
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var isGone = fields[0] is "Z" or "X";
        return isGone ? null : $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{fields[19]}";
    }
}
