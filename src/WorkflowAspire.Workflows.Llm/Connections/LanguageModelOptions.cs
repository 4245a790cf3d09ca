using System.ComponentModel.DataAnnotations;

namespace WorkflowAspire.Workflows.Llm;

/// <summary>One language model that steps can call by name; configuration section <c>LanguageModels:&lt;name&gt;</c>.</summary>
public sealed class LanguageModelOptions
{
    /// <summary>Where it is: <c>Provider=openai;Endpoint=…;Key=…;Model=…</c> or <c>Provider=ollama;Endpoint=…;Model=…</c>.</summary>
    /// <value>Default: the connection string of the model's name.</value>
    public string? ConnectionString { get; set; }

    /// <summary>The provider, <c>openai</c> or <c>ollama</c>, where the connection string doesn't name one.</summary>
    public string? Provider { get; set; }

    /// <summary>The price of a million input tokens, in whatever currency you count.</summary>
    /// <value>Default null: the cost of its calls is unknown.</value>
    [Range(0, 1_000_000)]
    public decimal? InputPricePerMillion { get; set; }

    /// <summary>The price of a million output tokens, in the same currency.</summary>
    /// <value>Default null: the cost of its calls is unknown.</value>
    [Range(0, 1_000_000)]
    public decimal? OutputPricePerMillion { get; set; }

    /// <summary>How long one try may take, its repair turn included.</summary>
    /// <value>Default 2 minutes. It must stay below <c>Worker:LockDuration</c>, 5 minutes by default.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:59:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How many calls this process has in flight at most.</summary>
    /// <value>Default null: no limit of its own.</value>
    [Range(1, 10_000)]
    public int? MaxConcurrency { get; set; }

    /// <summary>The part of <see cref="MaxConcurrency"/> that one tenant may have in flight while others have calls in flight or wait for one; a tenant alone may have all.</summary>
    /// <value>Default 0.75, rounded down, at least one call; 1 for no such limit. What comes free goes to the tenant with the fewest calls in any case.</value>
    [Range(0.01, 1.0)]
    public double TenantPart { get; set; } = 0.75;

    /// <summary>How many bytes an answer may have, all of a stream together, after decompression.</summary>
    /// <value>Default 5 MB.</value>
    [Range(1024, 100 * 1024 * 1024)]
    public int MaxResponseBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>How an answer in JSON is asked for.</summary>
    /// <value>Default <see cref="JsonOutput.Schema"/>.</value>
    [EnumDataType(typeof(JsonOutput))]
    public JsonOutput JsonOutput { get; set; }

    /// <summary>How long an answer that may be kept is kept.</summary>
    /// <value>Default 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan CacheDuration { get; set; } = TimeSpan.FromDays(1);

    /// <summary>What a call of so many tokens costs; null where no price is configured.</summary>
    internal decimal? CostOf(long inputTokens, long outputTokens) => InputPricePerMillion is null && OutputPricePerMillion is null
        ? null
        : decimal.Round((inputTokens * (InputPricePerMillion ?? 0) + outputTokens * (OutputPricePerMillion ?? 0)) / 1_000_000, 10);
}

/// <summary>What an endpoint understands of JSON answers.</summary>
public enum JsonOutput
{
    /// <summary>A schema as the response format.</summary>
    Schema,

    /// <summary>JSON as the response format; the schema goes into the system message.</summary>
    Json,

    /// <summary>No response format; the schema goes into the system message.</summary>
    Prompt,
}
