using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkflowAspire.Workflows.Secrecy;

/// <summary>One way in which a secret may be written.</summary>
/// <param name="Text">How it is written.</param>
/// <param name="IsWord">Whether it is like a word, so that it counts only where it stands alone.</param>
internal sealed record SecretForm(string Text, bool IsWord)
{
    // Below this, a secret's letters stand in any text by chance.
    private const int ShortestUnlikeWord = 8;
    private const int LongestWord = 15;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As it is; as a part of an address, of a form, of JSON, of HTML; and in Base64, whatever stands before it there.</summary>
    public static IEnumerable<SecretForm> Of(string secret)
    {
        var isWord = secret.Length < ShortestUnlikeWord || (secret.Length <= LongestWord && secret.All(char.IsLetter));
        var written = new List<string>
        {
            secret,
            Uri.EscapeDataString(secret),
            WebUtility.UrlEncode(secret),
            JsonSerializer.Serialize(secret)[1..^1],
            JsonSerializer.Serialize(secret, Relaxed)[1..^1],
            WebUtility.HtmlEncode(secret),
        };
        if (Uri.TryCreate($"http://host/?{secret}", UriKind.Absolute, out var query)) written.Add(query.GetComponents(UriComponents.Query, UriFormat.UriEscaped));
        if (Uri.TryCreate($"http://host/{secret}", UriKind.Absolute, out var path)) written.Add(path.GetComponents(UriComponents.Path, UriFormat.UriEscaped));
        return written.Where(text => text.Length > 0).Select(text => new SecretForm(text, isWord))
            .Concat(isWord ? [] : Encoded(secret).Select(text => new SecretForm(text, IsWord: false)));
    }

    /// <summary>Whether a text has it at a place.</summary>
    public bool StandsAt(string text, int at)
    {
        var there = text.AsSpan(at);
        if (!IsWord) return there.StartsWith(Text, StringComparison.OrdinalIgnoreCase);
        return there.StartsWith(Text, StringComparison.Ordinal)
            && (!IsInWord(Text[0]) || at == 0 || !IsInWord(text[at - 1]) || EndsEscape(text.AsSpan(0, at)))
            && (!IsInWord(Text[^1]) || at + Text.Length == text.Length || !IsInWord(text[at + Text.Length]));
    }

    private static bool IsInWord(char character) => char.IsLetterOrDigit(character) || character == '_';

    // What ends here are letters to the eye, but one other character to who reads it: %20, \n, \u0022.
    private static bool EndsEscape(ReadOnlySpan<char> before) =>
        (before is [.., '%', var high, var low] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low))
        || before is [.., '\\', 'b' or 'f' or 'n' or 'r' or 't']
        || (before is [.., '\\', 'u', var a, var b, var c, var d] && char.IsAsciiHexDigit(a) && char.IsAsciiHexDigit(b) && char.IsAsciiHexDigit(c) && char.IsAsciiHexDigit(d));

    // Three bytes make four characters, so what comes out depends on how many bytes stand before it, and its ends on its neighbours.
    private static IEnumerable<string> Encoded(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        for (var before = 0; before < 3; before++)
        {
            var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var own = text[(before == 0 ? 0 : before + 1)..^(((before + bytes.Length) % 3) switch { 0 => 0, 1 => 3, _ => 2 })];
            if (own.Length < ShortestUnlikeWord) continue;
            yield return own;
            yield return own.Replace('+', '-').Replace('/', '_');
        }
    }
}
