using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Runs.Bench;

/// <summary>An engine from npm, in a Node process.</summary>
internal sealed class NodeEngine : IEngine
{
    private const string Mark = "answer ";

    private readonly Process _process;

    private NodeEngine(string name, Process process) => (Name, _process) = (name, process);

    public string Name { get; }

    /// <param name="name">What the tables call it.</param>
    /// <param name="module">Its file in the folder peers.</param>
    /// <param name="databaseUrl">An empty database.</param>
    /// <param name="concurrency">Runs at a time.</param>
    public static async Task<NodeEngine> StartAsync(string name, string module, string databaseUrl, int concurrency)
    {
        var folder = Path.Combine(SourceFolder(), "peers");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new InvalidOperationException($"The npm packages are not installed in {folder}: run eng/bench-runs --peers, or npm ci in that folder.");
        var engine = new NodeEngine(name, Process.Start(new ProcessStartInfo("node", ["subject.mjs", module, databaseUrl, concurrency.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        await engine.AnswerAsync();
        engine.Signal("STOP");
        return engine;
    }

    public async Task<EngineRound> RunAsync(int runs, int steps)
    {
        // Between its rounds it polls nothing that another one's database would be charged for.
        Signal("CONT");
        await _process.StandardInput.WriteLineAsync(new JsonObject { ["runs"] = runs, ["steps"] = steps }.ToJsonString());
        var answer = await AnswerAsync();
        Signal("STOP");
        return new EngineRound(
            TimeSpan.FromMilliseconds((double)answer["milliseconds"]!),
            [.. answer["took"]!.AsArray().Select(value => (double)value!)],
            TimeSpan.FromMicroseconds((double)answer["cpu"]!),
            TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        Signal("CONT");
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<JsonNode> AnswerAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith(Mark, StringComparison.Ordinal)) return JsonNode.Parse(line[Mark.Length..])!;
        throw new InvalidOperationException($"The Node process of {Name} ended.");
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
