using System.Globalization;

namespace WorkflowAspire.BullMQ.Protocol;

/// <summary>Reads what <c>CLIENT LIST</c> answers: a line for each connection, with <c>name=value</c> separated by spaces.</summary>
internal sealed class ClientList(Dictionary<string, string> fields)
{
    public static IEnumerable<ClientList> Read(string answer) =>
        answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => new ClientList(FieldsOf(line)));

    /// <summary>The connection as a worker of a queue; null where it is none.</summary>
    public WorkerInfo? AsWorkerOf(QueueKeys keys)
    {
        var name = fields.GetValueOrDefault("name") ?? "";
        if (!name.StartsWith(keys.ClientName, StringComparison.Ordinal)) return null;
        var suffix = name[keys.ClientName.Length..];
        if (suffix.Length > 0 && !suffix.StartsWith(":w:", StringComparison.Ordinal)) return null;
        return As(suffix.Length > 0 ? suffix[3..] : null);
    }

    /// <summary>The connection as a reader of a queue's events; null where it is none.</summary>
    public WorkerInfo? AsReaderOf(QueueKeys keys) => fields.GetValueOrDefault("name") == $"{keys.ClientName}:qe" ? As(null) : null;

    private WorkerInfo As(string? name) => new(fields.GetValueOrDefault("id") ?? "", name, fields.GetValueOrDefault("addr") ?? "", Seconds("age"), Seconds("idle"));

    private TimeSpan Seconds(string field) =>
        TimeSpan.FromSeconds(long.TryParse(fields.GetValueOrDefault(field), CultureInfo.InvariantCulture, out var seconds) ? seconds : 0);

    private static Dictionary<string, string> FieldsOf(string line)
    {
        var fields = new Dictionary<string, string>();
        foreach (var part in line.Split(' '))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0) fields[part[..at]] = part[(at + 1)..];
        }

        return fields;
    }
}
