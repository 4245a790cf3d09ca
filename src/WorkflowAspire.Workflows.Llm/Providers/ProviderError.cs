using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>An error as providers write it, in each of their forms: what they say, and what they call it.</summary>
/// <param name="Words">What they say; null where they say nothing.</param>
/// <param name="Names">Its code and its type.</param>
internal sealed partial record ProviderError(string? Words, IReadOnlyList<string> Names)
{
    private const int MostFaults = 5;

    /// <summary>A quota that is used up: unlike a limit of calls in a minute, waiting doesn't help.</summary>
    public bool IsQuota => Names.Any(name => Quota.IsMatch(name));

    /// <summary>What follows from one that came in the place of an answer.</summary>
    public ModelFailure ToFailure(Func<string, string> hide)
    {
        var said = $"answered with an error{(Names.Count > 0 ? $" ({hide(Excerpt.Of(string.Join(", ", Names), 100))})" : "")}: {(Words is null ? "it gave no reason" : Excerpt.Of(hide(Words)))}";
        var status = Names.Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : 0).FirstOrDefault(code => code is >= 400 and < 600);
        if (IsQuota) return ModelFailure.Final(said);
        if (status is not 0) return status is 408 or 409 or 425 or 429 or >= 500 ? ModelFailure.Passing(said) : ModelFailure.Final(said);
        return Names.Any(name => Ours.IsMatch(name)) ? ModelFailure.Final(said) : ModelFailure.Passing(said);
    }

    /// <summary>The error in an answer; null where it is none.</summary>
    public static ProviderError? In(JsonElement answer)
    {
        // Google's endpoint puts its error into a list.
        if (answer is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0) answer = list[0];
        if (answer.ValueKind != JsonValueKind.Object) return null;
        if (Under(answer) is { } inside) return inside;
        var isAnswer = answer.TryGetProperty("choices", out _) || (answer.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object);
        return Text(answer, "object") == "error" || !isAnswer ? Of(answer) is { Words: not null } whole ? whole : null : null;
    }

    /// <summary>The error that a part of an answer has; null where it has none.</summary>
    public static ProviderError? Under(JsonElement part) => part.TryGetProperty("error", out var error) ? Of(error) : null;

    private static ProviderError? Of(JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String) return Read(error) is { Length: > 0 } words ? new ProviderError(words, []) : null;
        if (error.ValueKind != JsonValueKind.Object) return null;
        var said = Said(error, "message") ?? Said(error, "detail") ?? Said(error, "error");
        // A go-between's own words say nothing of what it was told.
        if (error.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && Said(metadata, "raw") is { } upstream) said = $"{said}: {upstream}";
        return new ProviderError(said, [.. new[] { Text(error, "code"), Text(error, "type"), Text(error, "status") }.OfType<string>().Distinct()]);
    }

    private static string? Said(JsonElement error, string property)
    {
        if (!error.TryGetProperty(property, out var said)) return null;
        return said.ValueKind switch
        {
            JsonValueKind.String => Read(said) is { Length: > 0 } text ? text : null,
            JsonValueKind.Array => string.Join("; ", said.EnumerateArray().Take(MostFaults).Select(Fault)),
            JsonValueKind.Object => Said(said, "message") ?? Said(said, "detail") ?? said.GetRawText(),
            _ => null,
        };
    }

    // One of a list of what is wrong with a request: where, and what.
    private static string Fault(JsonElement fault) => fault.ValueKind == JsonValueKind.Object && fault.TryGetProperty("msg", out var message)
        ? $"{(fault.TryGetProperty("loc", out var place) ? $"{place.GetRawText()} " : "")}{Read(message)}"
        : fault.GetRawText();

    private static string? Text(JsonElement error, string property) => !error.TryGetProperty(property, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => Read(value) is { Length: > 0 } text ? text : null,
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static string Read(JsonElement text) => text.ValueKind == JsonValueKind.String ? Utf16.Read(text) : text.GetRawText();

    [GeneratedRegex("insufficient[_ ]?(\\w+_)?(quota|balance|credits?|funds)|exceeded_current_quota|quota_exhausted|billing|payment_required|^402$", RegexOptions.IgnoreCase)]
    private static partial Regex Quota { get; }

    // What they call a request that they will never answer.
    [GeneratedRegex("invalid|bad_?request|not_?found|unauthorized|authentication|permission|forbidden|unsupported|context_length|content_filter|content_policy|access_denied", RegexOptions.IgnoreCase)]
    private static partial Regex Ours { get; }
}
