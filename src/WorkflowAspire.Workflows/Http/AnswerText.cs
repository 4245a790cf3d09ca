using System.Net.Http.Headers;
using System.Text;

namespace WorkflowAspire.Workflows.Http;

/// <summary>Reads the bytes of answers as text: as what they say they are, or not at all.</summary>
internal static class AnswerText
{
    private static readonly (byte[] Mark, string Charset)[] ByteOrderMarks =
    [
        ([0xEF, 0xBB, 0xBF], "utf-8"), ([0xFF, 0xFE, 0x00, 0x00], "utf-32"), ([0x00, 0x00, 0xFE, 0xFF], "utf-32BE"), ([0xFF, 0xFE], "utf-16"), ([0xFE, 0xFF], "utf-16BE"),
    ];

    /// <summary>The text; a byte order mark decides how it is written, else the content type's charset, else it is UTF-8.</summary>
    /// <exception cref="FormatException">The charset is not known, or the bytes are none of its; the message says which.</exception>
    public static string Read(ReadOnlySpan<byte> bytes, MediaTypeHeaderValue? type)
    {
        var (charset, start) = (type?.CharSet?.Trim('"', ' '), 0);
        foreach (var (mark, marked) in ByteOrderMarks)
        {
            if (!bytes.StartsWith(mark)) continue;
            (charset, start) = (marked, mark.Length);
            break;
        }

        var encoding = Encoding(charset is null or "" ? "utf-8" : charset);
        try
        {
            return encoding.GetString(bytes[start..]);
        }
        catch (DecoderFallbackException error)
        {
            throw new FormatException($"it is no text in {encoding.WebName} (byte {start + error.Index} begins with 0x{error.BytesUnknown?.FirstOrDefault():x2})", error);
        }
    }

    /// <summary>The encoding of a stream's text, which fails at what is none of it.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public static Encoding Encoding(string charset)
    {
        var name = charset.Equals("utf8", StringComparison.OrdinalIgnoreCase) ? "utf-8" : charset;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? System.Text.Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"its charset '{Excerpt.Of(charset, 40)}' is not known", error);
        }
    }
}
