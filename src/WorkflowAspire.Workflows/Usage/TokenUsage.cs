namespace WorkflowAspire.Workflows.Usage;

/// <summary>What calls of language models used.</summary>
/// <param name="Calls">How many answers there were; a repair turn is one of its own.</param>
/// <param name="InputTokens">Tokens sent.</param>
/// <param name="OutputTokens">Tokens received.</param>
/// <param name="Cost">What it cost, in the currency of the configured prices; null where none is configured.</param>
public sealed record TokenUsage(long Calls, long InputTokens, long OutputTokens, decimal? Cost)
{
    /// <summary>The sum of several; its cost is that of the calls whose price is known.</summary>
    public static TokenUsage Sum(IEnumerable<TokenUsage> usages)
    {
        ArgumentNullException.ThrowIfNull(usages);
        return usages.Aggregate(new TokenUsage(0, 0, 0, null), static (sum, next) => new TokenUsage(
            sum.Calls + next.Calls,
            sum.InputTokens + next.InputTokens,
            sum.OutputTokens + next.OutputTokens,
            sum.Cost is null ? next.Cost : sum.Cost + (next.Cost ?? 0)));
    }
}

/// <summary>What one step of a run used of one model.</summary>
/// <param name="Step">The step's name.</param>
/// <param name="Model">The model's name.</param>
/// <param name="Usage">What it used, over all tries and attempts.</param>
public sealed record StepUsage(string Step, string Model, TokenUsage Usage);

/// <summary>What a tenant used of one model.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Usage">What it used.</param>
public sealed record ModelUsage(string Model, TokenUsage Usage);
