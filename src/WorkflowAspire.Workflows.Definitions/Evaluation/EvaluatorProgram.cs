using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Workflows.Definitions.Evaluation;

/// <summary>How an evaluator is started: the program beside this one, on this one's runtime, with nothing of its environment.</summary>
internal static class EvaluatorProgram
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "WorkflowAspire.Evaluator.dll");

    // Where the runtime and the system's own tools are; no connection string and no secret.
    private static readonly string[] Kept = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "LANG", "DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "LD_LIBRARY_PATH"];

    /// <exception cref="EvaluatorsUnavailableException">It can't be started.</exception>
    public static Process Start(long maxHeap)
    {
        if (!File.Exists(Program)) throw new EvaluatorsUnavailableException($"{Program} is missing; it is part of the product and belongs beside its other files.");
        var start = new ProcessStartInfo(Runtime()) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Program);
        var kept = Kept.Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).Where(variable => variable.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept) start.Environment[name] = value;
        start.Environment["DOTNET_GCHeapHardLimit"] = maxHeap.ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        // No sockets of debuggers, no dumps of tenants' data.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException)
        {
            throw new EvaluatorsUnavailableException($"An evaluator can't be started ({start.FileName} exec {Program}): {error.Message}", error);
        }
    }

    /// <summary>Something of each kind, so that the first text of a tenant doesn't pay for what the runtime has to compile.</summary>
    public static Assignment WarmUp(DateTimeOffset now)
    {
        var expression = new TenantText(TextKind.Expression, "input.list.map(item => `${item}`).join('') + String(1.5)");
        var schema = new TenantText(TextKind.Schema, """{"type":"object","properties":{"input":{"$ref":"#/$defs/any"}},"$defs":{"any":{"type":"object"}}}""");
        Work[] tasks =
        [
            new(Purpose.Evaluate, expression),
            new(Purpose.Evaluate, new TenantText(TextKind.Function, "return { date: new Date(0), input };")),
            new(Purpose.Evaluate, new TenantText(TextKind.Template, "{% for item in input.list %}{{ item | upcase }}{% endfor %}")),
            new(Purpose.Evaluate, schema),
        ];
        return new Assignment(tasks, """{"input":{"list":["a",2]}}"""u8.ToArray(), new Limits(TimeSpan.FromMinutes(1), 100_000_000, 100_000, 64, 100_000), now);
    }

    /// <summary>What is read of a definition, for the same reason.</summary>
    public static Assignment WarmUpReading(DateTimeOffset now)
    {
        Work[] tasks =
        [
            new(Purpose.Read, new TenantText(TextKind.Text, "a ${ input.a > 1 ? /b/.test(input.c) : `${steps.d}` }")),
            new(Purpose.Read, new TenantText(TextKind.Function, "const a = 1; return a;")),
            new(Purpose.Read, new TenantText(TextKind.Template, "{{ steps.a.b | upcase }}")),
            new(Purpose.Read, new TenantText(TextKind.Schema, """{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""")),
        ];
        return new Assignment(tasks, "{}"u8.ToArray(), new Limits(TimeSpan.FromMinutes(1), 100_000_000, 100_000, 64, 100_000), now);
    }

    private static string Runtime()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Path.GetFileName(Environment.ProcessPath) == name) return Environment.ProcessPath!;
        // …/shared/Microsoft.NETCore.App/10.0.0/ belongs to …/dotnet.
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : name;
    }
}
