using System.Reflection;
using System.Runtime.CompilerServices;

/// <summary>Says at the start that Aspire hosts the application, and why; the local backend says its own part itself.</summary>
internal static class AspireNotice
{
    [ModuleInitializer]
    internal static void Print()
    {
        // A test that runs the AppHost inside its own process has its own output.
        if (Assembly.GetEntryAssembly() != typeof(AspireNotice).Assembly) return;
        var reason = typeof(AspireNotice).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "HostingReason")?.Value;
        Console.WriteLine($"Hosting: aspire ({reason}).");
    }
}
