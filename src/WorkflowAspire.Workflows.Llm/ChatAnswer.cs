namespace WorkflowAspire.Workflows.Llm;

/// <summary>What a language model answered.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Model">The model, as its provider names it.</param>
/// <param name="InputTokens">Tokens sent, those of a repair turn included; 0 from the cache.</param>
/// <param name="OutputTokens">Tokens received, likewise.</param>
/// <param name="Cost">What they cost by the configured prices; null where there are none.</param>
/// <param name="FinishReason">Why the answer ended, for example <c>stop</c> or <c>length</c>.</param>
/// <param name="FromCache">Whether nobody was asked, because the answer was known.</param>
public record ChatAnswer(string Text, string Model, long InputTokens, long OutputTokens, decimal? Cost, string? FinishReason, bool FromCache);

/// <summary>What a language model answered, read as JSON.</summary>
public sealed record ChatAnswer<T> : ChatAnswer
{
    internal ChatAnswer(ChatAnswer answer, T value)
        : base(answer) => Value = value;

    /// <summary>The answer's value.</summary>
    public T Value { get; }
}
