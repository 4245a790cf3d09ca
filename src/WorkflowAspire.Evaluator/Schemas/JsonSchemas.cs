using System.Text.Json;
using System.Text.RegularExpressions;
using Json.Schema;

namespace WorkflowAspire.Evaluator.Schemas;

/// <summary>JSON Schemas, the product's own and tenants'; none of them is ever fetched.</summary>
internal static partial class JsonSchemas
{
    // The library's own texts speak of schemas; what is listed here speaks of the value.
    private static readonly EvaluationOptions Tree = new() { OutputFormat = OutputFormat.Hierarchical, Culture = System.Globalization.CultureInfo.InvariantCulture };

    /// <summary>Builds a schema, in a registry of its own: two may have the same $id.</summary>
    /// <exception cref="JsonSchemaException">It is none.</exception>
    /// <exception cref="RefResolutionException">It refers to one that it doesn't contain.</exception>
    public static JsonSchema Build(JsonElement schema) => JsonSchema.Build(schema, new BuildOptions { SchemaRegistry = new SchemaRegistry() });

    /// <summary>Adds what is wrong with a value.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="value">The value.</param>
    /// <param name="pointer">Where the value stands.</param>
    /// <param name="errors">Takes what is found.</param>
    /// <param name="source">The schema's text, where its values are to be named.</param>
    public static void Check(JsonSchema schema, JsonElement value, string pointer, Faults errors, JsonElement? source = null)
    {
        EvaluationResults results;
        try
        {
            results = schema.Evaluate(value, Tree);
        }
        catch (RegexMatchTimeoutException error)
        {
            errors.Add(pointer, $"The schema's pattern '{error.Pattern}' takes too long on this value; write it without nested repetitions.");
            return;
        }

        if (results.IsValid) return;
        var any = false;
        foreach (var failure in Failures(results).Where(failure => !Condition.IsMatch(failure.EvaluationPath.ToString())))
        {
            foreach (var (keyword, message) in failure.Errors!)
            {
                any = true;
                SchemaFailure.Describe(failure, keyword, message, (value, source), pointer, errors);
            }
        }

        if (!any) errors.Add(pointer, "The value doesn't fit the schema.");
    }

    /// <summary>What has failed. Not what is below a part that fits all the same: one of its alternatives, say.</summary>
    public static IEnumerable<EvaluationResults> Failures(EvaluationResults results)
    {
        if (results.IsValid) return [];
        var below = (results.Details ?? []).SelectMany(Failures);
        return results.Errors is { Count: > 0 } ? below.Append(results) : below;
    }

    // A condition that doesn't hold is no failure; a property named "if" is none of these.
    [GeneratedRegex("(?<!/(?:properties|patternProperties|dependentSchemas|\\$defs))/if(?:/|$)")]
    private static partial Regex Condition { get; }
}
