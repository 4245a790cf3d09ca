using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Bench;

/// <summary>The npm package, in a Node process.</summary>
internal sealed class NodeSubject : ISubject
{
    private readonly Process _process;

    public NodeSubject(int redisPort)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            throw new InvalidOperationException($"The npm package is not installed in {Folder}: run eng/bench, or npm ci in that folder.");
        _process = Process.Start(new ProcessStartInfo("node", ["subject.mjs", redisPort.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public string Name => "npm bullmq 6";

    private static string Folder { get; } = Path.Combine(SourceFolder(), "node");

    public async Task<TimeSpan> AddAsync(string queue, int jobs, int callers) =>
        TimeSpan.FromMilliseconds((double)(await CallAsync("add", new JsonObject { ["queue"] = queue, ["jobs"] = jobs, ["callers"] = callers }))["milliseconds"]!);

    public async Task<TimeSpan> AddBulkAsync(string queue, int jobs, int jobsPerCall) =>
        TimeSpan.FromMilliseconds((double)(await CallAsync("addBulk", new JsonObject { ["queue"] = queue, ["jobs"] = jobs, ["jobsPerCall"] = jobsPerCall }))["milliseconds"]!);

    public Task StartWorkerAsync(string queue, int concurrency) =>
        CallAsync("startWorker", new JsonObject { ["queue"] = queue, ["concurrency"] = concurrency });

    public Task CloseWorkerAsync() => CallAsync("closeWorker", []);

    public async Task<double[]> LatencyAsync(string queue, int samples, TimeSpan gap)
    {
        var answer = await CallAsync("latency", new JsonObject { ["queue"] = queue, ["samples"] = samples, ["gap"] = gap.TotalMilliseconds });
        return [.. answer["microseconds"]!.AsArray().Select(value => (double)value!)];
    }

    public async Task<TimeSpan> CpuAsync() => TimeSpan.FromMicroseconds((double)(await CallAsync("cpu", []))["microseconds"]!);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject arguments)
    {
        await _process.StandardInput.WriteLineAsync(new JsonObject { ["method"] = method, ["args"] = arguments }.ToJsonString());
        var answer = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The Node process ended during {method}.");
        return JsonNode.Parse(answer)!;
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
