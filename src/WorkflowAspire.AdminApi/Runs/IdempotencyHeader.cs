using Microsoft.Extensions.Primitives;

namespace WorkflowAspire.AdminApi.Runs;

/// <summary>The header by which a client may repeat a submission without a second run.</summary>
internal static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    public const string Replayed = "Idempotent-Replayed";

    private const int Longest = 255;

    /// <summary>Reads the header: no key, a key, or what is wrong with it.</summary>
    public static (string? Key, string? Error) Read(StringValues header)
    {
        if (header.Count == 0) return (null, null);
        return header is [{ Length: > 0 and <= Longest } key] && key.All(letter => letter is >= ' ' and <= '~')
            ? (key, null)
            : (null, $"{Name} is one value of 1 to {Longest} printable ASCII characters; got {(header.Count > 1 ? $"{header.Count} values" : $"{header[0]?.Length ?? 0} characters")}.");
    }
}
