using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>The addresses that <c>http-extract</c> takes.</summary>
internal static class HttpAddress
{
    public static Uri Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            throw new UnrecoverableError("'url' is not an absolute address; write it like https://example.org/data.json.");
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            throw new UnrecoverableError($"'url' has the scheme '{url.Scheme}'; only http and https are fetched.");
        if (url.UserInfo.Length > 0)
            throw new UnrecoverableError($"'url' for host '{url.Host}' carries a user name or password; they would end up in logs: leave them out.");
        return url;
    }

    /// <summary>The address as it may be logged and stored: a query may hold a key.</summary>
    public static string Shown(this Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
