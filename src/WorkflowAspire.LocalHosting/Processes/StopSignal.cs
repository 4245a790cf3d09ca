using System.Runtime.InteropServices;

namespace WorkflowAspire.LocalHosting.Processes;

/// <summary>How a process is asked to end.</summary>
internal enum StopSignal
{
    /// <summary>PostgreSQL's word for: don't wait for clients.</summary>
    Interrupt = 2,

    /// <summary>At once, without a chance to object.</summary>
    Kill = 9,

    /// <summary>The usual one.</summary>
    Terminate = 15,
}

/// <summary>Sends signals.</summary>
internal static partial class Signals
{
    private const uint CtrlBreak = 1;

    public static void Send(int processId, StopSignal signal)
    {
        if (!OperatingSystem.IsWindows()) _ = Kill(processId, (int)signal);
        else if (signal != StopSignal.Kill) _ = GenerateConsoleCtrlEvent(CtrlBreak, (uint)processId);
    }

    /// <summary>Kills a process and all that it started in its own session.</summary>
    public static void KillGroup(int processId)
    {
        if (OperatingSystem.IsWindows()) return;
        _ = Kill(-processId, (int)StopSignal.Kill);
        _ = Kill(processId, (int)StopSignal.Kill);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GenerateConsoleCtrlEvent(uint controlEvent, uint processGroupId);
}
