using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace WorkflowAspire.ServiceDefaults.Logging;

/// <summary>One JSON object a line: time, level and message, then the fields of the log call as top-level keys in camelCase.</summary>
internal sealed class RunbookConsoleFormatter(TimeProvider? time = null) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "runbook";

    private const string MessageTemplate = "{OriginalFormat}";
    private const string Error = "error";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    // In the order in which the runbook shows them.
    private static readonly string[] RunbookFields = ["jobId", "runId", "tenantId", "durationMs", Error, "attemptsMade"];
    private static readonly HashSet<string> Reserved = ["timestamp", "level", "message", "category", "exception", "traceId", "spanId", .. RunbookFields];

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", _time.GetUtcNow().UtcDateTime);
            json.WriteString("level", logEntry.LogLevel.ToString().ToLowerInvariant());
            json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
            WriteFields(json, logEntry.State as IReadOnlyList<KeyValuePair<string, object?>> ?? [], logEntry.Exception);
            json.WriteString("category", logEntry.Category);
            if (Activity.Current is { } activity)
            {
                json.WriteString("traceId", activity.TraceId.ToHexString());
                json.WriteString("spanId", activity.SpanId.ToHexString());
            }

            if (logEntry.Exception is { } exception) json.WriteString("exception", exception.ToString());
            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        textWriter.Write('\n');
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields, Exception? exception)
    {
        foreach (var key in RunbookFields)
        {
            var at = IndexOf(fields, key);
            if (at >= 0) WriteField(json, key, fields[at].Value);
            else if (key == Error && exception is not null) json.WriteString(Error, exception.Message);
        }

        for (var i = 0; i < fields.Count; i++)
        {
            var name = fields[i].Key;
            if (name.Length == 0 || name == MessageTemplate || Array.IndexOf(RunbookFields, name) >= 0) continue;
            var key = JsonNamingPolicy.CamelCase.ConvertName(name);
            WriteField(json, Reserved.Contains(key) ? $"{key}_" : key, fields[i].Value);
        }
    }

    private static int IndexOf(IReadOnlyList<KeyValuePair<string, object?>> fields, string key)
    {
        for (var i = 0; i < fields.Count; i++)
            if (fields[i].Key == key) return i;
        return -1;
    }

    private static void WriteField(Utf8JsonWriter json, string key, object? value)
    {
        json.WritePropertyName(key);
        WriteValue(json, value);
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case decimal number: json.WriteNumberValue(number); break;
            case DateTimeOffset instant: json.WriteStringValue(instant); break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
