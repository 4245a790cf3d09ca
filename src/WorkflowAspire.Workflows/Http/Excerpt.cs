using System.Text;

namespace WorkflowAspire.Workflows.Http;

/// <summary>The beginning of what somebody else said, short enough for an error.</summary>
internal static class Excerpt
{
    private const int LongestExplanation = 64 * 1024;

    /// <summary>The text on one line, cut after so many characters.</summary>
    public static string Of(string text, int most = 300)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= most) return line;
        return $"{line[..(char.IsHighSurrogate(line[most - 1]) ? most - 1 : most)]}…";
    }

    /// <summary>The beginning of the body of an answer that says what went wrong.</summary>
    public static async Task<string> OfExplanationAsync(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            var buffer = new byte[LongestExplanation];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
            return Encoding.UTF8.GetString(buffer.AsSpan(0, length));
        }
        catch (Exception error) when (error is HttpRequestException or IOException or InvalidDataException)
        {
            return "its explanation broke off";
        }
    }
}
