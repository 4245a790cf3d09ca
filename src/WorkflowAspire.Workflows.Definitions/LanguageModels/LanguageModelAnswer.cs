namespace WorkflowAspire.Workflows.Definitions.LanguageModels;

/// <summary>What a model answered.</summary>
/// <param name="Text">The answer; JSON where a schema was given.</param>
/// <param name="Usage">What it took; null where the model doesn't say.</param>
public sealed record LanguageModelAnswer(string Text, LanguageModelUsage? Usage = null);

/// <summary>What an answer took.</summary>
/// <param name="InputTokens">Tokens read.</param>
/// <param name="OutputTokens">Tokens written.</param>
/// <param name="Cost">Its price; null where none is known.</param>
public sealed record LanguageModelUsage(long InputTokens, long OutputTokens, decimal? Cost = null);
