using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>An HTTP client that connects only to addresses of the public internet, unless configuration allows others.</summary>
/// <remarks>
/// The address is checked where the connection is made (<see cref="PublicConnections"/>). The client isn't made by the
/// factory, whose handlers could get around it and whose logs would show addresses whole.
/// </remarks>
public sealed class PublicHttpClient : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient _http;

    /// <summary>Creates the client; it is meant to live as long as the process.</summary>
    public PublicHttpClient(IOptions<HttpExtractOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var reach = options.Value;
        var handler = new PublicConnections(HttpExtractOptions.Section, () => reach.AllowPrivateAddresses, () => reach.AllowedHosts).CreateHandler();
        handler.MaxAutomaticRedirections = MostRedirects;
        _http = new HttpClient(handler)
        {
            // The step has a timeout of its own, which covers the body as well.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.1));
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("WorkflowAspire", "1.0"));
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    internal Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken ct) => _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, ct);
}
