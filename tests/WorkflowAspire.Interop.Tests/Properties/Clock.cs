namespace WorkflowAspire.Interop.Tests.Properties;

/// <summary>The clock that both sides read.</summary>
internal static class Clock
{
    /// <summary>Returns in another millisecond: jobs that finish in the same one are in the order of their ids, which is chance.</summary>
    public static async Task MovesOnAsync()
    {
        var called = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        while (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() == called) await Task.Yield();
    }
}
