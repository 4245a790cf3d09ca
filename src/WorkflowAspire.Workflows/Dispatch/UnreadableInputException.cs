using System.Text.Json;

namespace WorkflowAspire.Workflows.Dispatch;

/// <summary>The input in a run's row is no JSON, so that no job can be made of it.</summary>
/// <param name="inner">What is wrong with it, and where.</param>
public sealed class UnreadableInputException(JsonException inner)
    : Exception($"The run's input is not JSON: {inner?.Message} Insert it as a JSON text, for example {{}} or \"text\".", inner);
