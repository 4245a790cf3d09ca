using System.Globalization;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>The metrics of a queue as Node's package exports them, line by line.</summary>
internal sealed class PrometheusText(string queue, IEnumerable<KeyValuePair<string, string>>? labels)
{
    private readonly string _queue = $"queue=\"{Escape(queue)}\"";
    private readonly string _labels = string.Concat((labels ?? []).Select(label => $", {label.Key}=\"{Escape(label.Value)}\""));
    private readonly List<string> _lines = [];

    public void Describe(string metric, string type, string help)
    {
        _lines.Add($"# HELP {metric} {help}");
        _lines.Add($"# TYPE {metric} {type}");
    }

    public void Add(string metric, long value, string? state = null)
    {
        var inState = state is null ? "" : $", state=\"{state}\"";
        _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{metric}{{{_queue}{inState}{_labels}}} {value}"));
    }

    public override string ToString() => string.Join('\n', _lines);

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
