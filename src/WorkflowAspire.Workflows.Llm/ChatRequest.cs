using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace WorkflowAspire.Workflows.Llm;

/// <summary>What a step asks a language model.</summary>
public sealed record ChatRequest
{
    /// <summary>The name under which the model is configured.</summary>
    /// <value>Default <c>default</c>.</value>
    public string Connection { get; init; } = "default";

    /// <summary>Another model at the same endpoint.</summary>
    /// <value>Default null: the connection string's.</value>
    public string? Model { get; init; }

    /// <summary>What the model is to be, before it is asked.</summary>
    public string? System { get; init; }

    /// <summary>What was said before, in order, between <see cref="System"/> and <see cref="User"/>.</summary>
    public IReadOnlyList<EarlierMessage> Earlier { get; init; } = [];

    /// <summary>What it is asked; null where the last of <see cref="Earlier"/> is the question.</summary>
    public string? User { get; init; }

    /// <summary>How much chance there is in the answer, from 0 to 2.</summary>
    /// <value>Default null: the provider's.</value>
    [Range(0d, 2d)]
    public float? Temperature { get; init; }

    /// <summary>The most tokens that an answer may have.</summary>
    /// <value>Default null: the provider's.</value>
    [Range(1, 10_000_000)]
    public int? MaxTokens { get; init; }

    /// <summary>A JSON schema that the answer must fit.</summary>
    /// <value>Default null: any text. A typed answer brings its own.</value>
    public JsonElement? Schema { get; init; }

    /// <summary>Checks an answer against the schema elsewhere, where the schema is a stranger's; null to do it here.</summary>
    internal Func<JsonElement, CancellationToken, Task<IReadOnlyDictionary<string, string[]>>>? Check { get; init; }

    /// <summary>Whether the answer to the same request of the same tenant may be one that was given before.</summary>
    public bool Cache { get; init; }

    /// <summary>Whether the answer is streamed, and its progress reported to <see cref="IStepProgress"/>.</summary>
    public bool Stream { get; init; }

    /// <summary>How long one try may take, its repair turn included.</summary>
    /// <value>Default null: that of the connection.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:59:00")]
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often the step is tried within one attempt of the run.</summary>
    /// <value>Default null: as <see cref="StepOptions.Attempts"/> says.</value>
    [Range(1, 10)]
    public int? Attempts { get; init; }
}

/// <summary>Something that was said before.</summary>
/// <param name="Role">Who said it: system, user or assistant.</param>
/// <param name="Text">What was said.</param>
public sealed record EarlierMessage(string Role, string Text);
