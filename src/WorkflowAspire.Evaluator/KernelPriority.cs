namespace WorkflowAspire.Evaluator;

/// <summary>What the operating system takes first when memory is short.</summary>
internal static class KernelPriority
{
    /// <summary>An evaluator is replaced in a moment; the service that started it is not.</summary>
    public static void Lower()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "500");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Some containers don't allow it; then the kernel decides by size, as it does anyway.
        }
    }
}
