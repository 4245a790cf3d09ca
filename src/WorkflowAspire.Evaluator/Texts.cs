using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Evaluator.Schemas;
using WorkflowAspire.Evaluator.Scripts;
using WorkflowAspire.Evaluator.Templates;

namespace WorkflowAspire.Evaluator;

/// <summary>Does what is asked with a tenant's text; what a text has been made into is kept with it.</summary>
internal static class Texts
{
    /// <returns>The result as UTF-8.</returns>
    public static ReadOnlyMemory<byte> Do(Work task, TaskData data, CancellationToken ct)
    {
        var (purpose, text) = task;
        return (purpose, text.Kind) switch
        {
            (Purpose.Read, TextKind.Text) => Json(TextParts.Read(text.Source), FactsContext.Default.TextPartArray),
            (Purpose.Read, TextKind.Function) => Json(ScriptSyntax.OfFunctionBody(text.Source), FactsContext.Default.ScriptFacts),
            (Purpose.Read, TextKind.Template) => Json(Template(text).Facts, FactsContext.Default.TemplateFacts),
            (Purpose.Read, TextKind.Schema) => Json(SchemaCheck.Read(text.Source, ct), FactsContext.Default.DictionaryStringStringArray),
            (Purpose.Evaluate, TextKind.Template) => Encoding.UTF8.GetBytes(Template(text).Render(data, ct)),
            (Purpose.Evaluate, TextKind.Schema) => Json(Schema(text).Check(data.Json, ct), FactsContext.Default.DictionaryStringStringArray),
            (Purpose.Evaluate or Purpose.Decide, TextKind.Expression or TextKind.Function) => Script(text).Run(purpose, data, ct),
            _ => throw new InvalidOperationException($"There is nothing to {purpose} in a {text.Kind}."),
        };
    }

    private static Script Script(TenantText text) => (Script)(text.Prepared ??= new Script(text));

    private static LiquidText Template(TenantText text) => (LiquidText)(text.Prepared ??= LiquidText.Parse(text.Source));

    private static SchemaCheck Schema(TenantText text) => (SchemaCheck)(text.Prepared ??= new SchemaCheck(text.Source));

    private static byte[] Json<T>(T facts, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(facts, type);
}
