using System.Text.Json.Serialization;

namespace WorkflowAspire.Worker.Execution;

/// <summary>What a job returns in place of an output that is too large for the queue.</summary>
/// <param name="RunId">The run that has it.</param>
/// <param name="OutputBytes">Its size in UTF-8.</param>
internal sealed record LargeOutput(Guid RunId, int OutputBytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LargeOutput))]
internal sealed partial class LargeOutputJson : JsonSerializerContext;
