using System.Diagnostics;
using System.Globalization;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>Runs what an operator would type.</summary>
internal static class Commands
{
    private static string NodeFolder => Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "node");

    public static Task<string> ShellAsync(string script) => RunAsync("bash", ["-c", script]);

    /// <summary>Runs an ECMAScript module beside the Node packages; its port 6379 is the system's.</summary>
    public static async Task<string> NodeAsync(string module, int redisPort)
    {
        if (!Directory.Exists(Path.Combine(NodeFolder, "node_modules"))) throw new InvalidOperationException($"{NodeFolder} has no node_modules; run eng/setup.");
        var file = Path.Combine(NodeFolder, $"{Guid.NewGuid():N}.tmp.mjs");
        await File.WriteAllTextAsync(file, $"{module.Replace("6379", redisPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)}\nprocess.exit(0);\n");
        try
        {
            return await RunAsync("node", [file]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await error);
        return (await output).Trim();
    }
}
