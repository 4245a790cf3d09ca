using System.Collections.Concurrent;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>The JSON lines that a resource has written.</summary>
public sealed class SystemLog
{
    private readonly ConcurrentQueue<JsonElement> _lines = new();

    public void Follow(ResourceLoggerService logs, IResource resource) => _ = Task.Run(async () =>
    {
        await foreach (var batch in logs.WatchAsync(resource))
            foreach (var line in batch)
                if (line.Content.IndexOf('{', StringComparison.Ordinal) is >= 0 and var start) Keep(line.Content[start..]);
    });

    /// <summary>The line with this message about this run, once it is there.</summary>
    public Task<JsonElement> Line(string message, Guid runId) => Eventually.Get(
        () => _lines.FirstOrDefault(line => Text(line, "message") == message && Text(line, "runId") == runId.ToString()),
        line => line.ValueKind == JsonValueKind.Object,
        $"the log line '{message}' of run {runId}");

    public IEnumerable<string> Messages(Guid runId) => _lines.Where(line => Text(line, "runId") == runId.ToString()).Select(line => Text(line, "message")!);

    private void Keep(string line)
    {
        try
        {
            _lines.Enqueue(JsonElement.Parse(line));
        }
        catch (JsonException)
        {
            // What the AppHost itself says of the resource is plain text.
        }
    }

    private static string? Text(JsonElement line, string property) => line.TryGetProperty(property, out var value) ? value.ToString() : null;
}
