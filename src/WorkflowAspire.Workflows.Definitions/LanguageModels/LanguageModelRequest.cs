using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.LanguageModels;

/// <summary>What an <c>llm</c> step asks.</summary>
/// <param name="TenantId">Whose run it is.</param>
/// <param name="RunId">The run.</param>
/// <param name="Step">The step's id.</param>
/// <param name="Connection">The name of a connection, or a connection string that a secret held; null for the default one.</param>
/// <param name="IsConnectionString">Whether <paramref name="Connection"/> is a connection string: never to be logged or stored.</param>
/// <param name="Model">The model; null for the connection's own.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Schema">The JSON Schema that the answer has to fit; null for text.</param>
/// <param name="Temperature">The temperature; null for the model's own.</param>
/// <param name="MaxTokens">How many tokens the answer may have; null for the model's own limit.</param>
public sealed record LanguageModelRequest(
    Guid TenantId,
    Guid RunId,
    string Step,
    string? Connection,
    bool IsConnectionString,
    string? Model,
    IReadOnlyList<LanguageModelMessage> Messages,
    JsonElement? Schema,
    double? Temperature,
    int? MaxTokens)
{
    /// <summary>
    /// Checks an answer against <see cref="Schema"/>, and gives what is wrong by its place: the schema is a tenant's, and not to be evaluated in
    /// this process. Null where there is no schema.
    /// </summary>
    public Func<JsonElement, CancellationToken, Task<IReadOnlyDictionary<string, string[]>>>? Check { get; init; }

    /// <summary>The hosts that a connection string may lead to, <c>.example.com</c> for all below one; null for any.</summary>
    public IReadOnlyCollection<string>? ConnectionHosts { get; init; }
}

/// <summary>A message of the conversation.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">Its text.</param>
public sealed record LanguageModelMessage(string Role, string Content);
