using System.Text.Json.Serialization;

namespace WorkflowAspire.Evaluator.Protocol;

/// <summary>What reading a script tells of it.</summary>
/// <param name="Names">The names that it uses and doesn't declare.</param>
/// <param name="Roots">Which of the run's data it names.</param>
/// <param name="Steps">The steps that it reads; null where only running it would tell.</param>
/// <param name="IsRandom">Whether it may use chance.</param>
/// <param name="Path">Where it only leads to a value: its names, as in <c>input.order.id</c>; null where it computes.</param>
internal sealed record ScriptFacts(string[] Names, string[] Roots, string[]? Steps, bool IsRandom, string[]? Path);

/// <summary>A part of a text: what is written, or an expression.</summary>
/// <param name="Text">What is written; null for an expression.</param>
/// <param name="Source">The expression; null for what is written.</param>
/// <param name="Facts">What reading the expression tells.</param>
/// <param name="Error">Why it is no expression; null where it is one.</param>
internal sealed record TextPart(string? Text, string? Source = null, ScriptFacts? Facts = null, string? Error = null);

/// <summary>What reading a template tells of it.</summary>
/// <param name="Roots">Which of the run's data it names.</param>
/// <param name="Steps">The steps that it reads; null where only running it would tell.</param>
/// <param name="References">The steps and other names that it surely refers to, as <c>steps.id</c> or <c>secrets</c>.</param>
internal sealed record TemplateFacts(string[] Roots, string[]? Steps, string[] References);

/// <summary>How facts travel.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ScriptFacts))]
[JsonSerializable(typeof(TextPart[]))]
[JsonSerializable(typeof(TemplateFacts))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
internal sealed partial class FactsContext : JsonSerializerContext;
