using System.Diagnostics.Metrics;

namespace WorkflowAspire.Workflows.Llm;

/// <summary>What calls of language models report to OpenTelemetry.</summary>
public sealed class LanguageModelTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string SourceName = "WorkflowAspire.Workflows.Llm";

    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _cacheHits;

    /// <summary>Creates the instruments.</summary>
    public LanguageModelTelemetry(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(SourceName);
        _tokens = meter.CreateCounter<long>("workflow.llm.tokens", "{token}", "Tokens of language models, by model and direction.");
        _cost = meter.CreateCounter<double>("workflow.llm.cost", "{price}", "Cost of language models by the configured prices, by model.");
        _cacheHits = meter.CreateCounter<long>("workflow.llm.cache.hits", "{answer}", "Answers that came from the cache, by model.");
    }

    internal void Answered(string model, long inputTokens, long outputTokens, decimal? cost)
    {
        _tokens.Add(inputTokens, new("model", model), new("direction", "input"));
        _tokens.Add(outputTokens, new("model", model), new("direction", "output"));
        if (cost is { } known) _cost.Add((double)known, new KeyValuePair<string, object?>("model", model));
    }

    internal void CameFromCache(string model) => _cacheHits.Add(1, new KeyValuePair<string, object?>("model", model));
}
