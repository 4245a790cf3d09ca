using System.Text.Json;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>What <c>http-extract</c> leaves.</summary>
/// <param name="Status">The HTTP status of the answer.</param>
/// <param name="Fields">The values found; null where there was none.</param>
/// <param name="Missing">The fields that the document doesn't have.</param>
public sealed record HttpExtractOutput(int Status, IReadOnlyDictionary<string, JsonElement?> Fields, IReadOnlyList<string> Missing);
