using System.Text.Json;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>What the step <c>fetch</c> leaves.</summary>
internal sealed record JsonAnswer(int Status, JsonElement Body);
