using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>One Node process with both versions of the package, for all tests of the assembly.</summary>
public sealed class NodeProcess : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _calls = new();
    private readonly Lock _writing = new();
    private readonly Process _process;
    private int _lastCall;

    public static string Folder { get; } = Path.Combine(SourceFolder(), "node");

    public NodeProcess(int redisPort)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            throw new InvalidOperationException($"The npm packages are not installed in {Folder}: run eng/test, or npm ci in that folder.");
        var start = new ProcessStartInfo("node", ["driver.mjs", redisPort.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Answered(line.Data);
        _process.BeginOutputReadLine();
    }

    public async Task<JsonNode?> CallAsync(int version, string method, params JsonNode?[] arguments)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var call = _calls[id] = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = new JsonObject { ["id"] = id, ["version"] = version, ["method"] = method, ["args"] = new JsonArray(arguments) };
        lock (_writing) _process.StandardInput.WriteLine(request.ToJsonString());
        return await call.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Answered(string? line)
    {
        if (line is null || JsonNode.Parse(line) is not JsonObject answer) return;
        if (!_calls.TryRemove((int)answer["id"]!, out var call)) return;
        if (answer["error"] is { } error) call.SetException(new InvalidOperationException((string)error!));
        else call.SetResult(answer["result"]);
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
