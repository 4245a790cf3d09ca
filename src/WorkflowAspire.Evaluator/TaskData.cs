using System.Text.Json;
using WorkflowAspire.Evaluator.Protocol;

namespace WorkflowAspire.Evaluator;

/// <summary>What the tasks of an assignment share.</summary>
internal sealed class TaskData(Assignment assignment)
{
    private JsonElement? _json;

    public Limits Limits => assignment.Limits;

    public DateTimeOffset Now => assignment.Now;

    public ReadOnlySpan<byte> Utf8 => assignment.Data.Span;

    public JsonElement Json => _json ??= JsonElement.Parse(assignment.Data.Span, Deep);

    /// <summary>Cancelled when the time of what is under way is up.</summary>
    public CancellationToken Token { get; set; }

    /// <summary>The host has refused what is too deep for it; here nothing that it sends is.</summary>
    public static JsonDocumentOptions Deep => new() { MaxDepth = 1000 };
}
