using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>An HTTP client that connects only to addresses of the public internet, unless configuration allows others.</summary>
/// <remarks>
/// The address is checked where the connection is made, after the name's resolution: neither a redirect nor a name that
/// resolves to something else the second time gets around it. It isn't made by the factory, whose handlers and logs could.
/// </remarks>
public sealed class PublicHttpClient : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpExtractOptions _options;
    private readonly HttpClient _http;

    /// <summary>Creates the client; it is meant to live as long as the process.</summary>
    public PublicHttpClient(IOptions<HttpExtractOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            // A proxy would make the connection in our place, unchecked.
            UseProxy = false,
            UseCookies = false,
            MaxAutomaticRedirections = MostRedirects,
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
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

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (!IsAllowedHost(host)) throw new UnrecoverableError($"Host '{host}' is not among those in HttpExtract:AllowedHosts; nothing was fetched from it.");
        // The resolver refuses 0.0.0.0 and :: as a caller's mistake; here they are a private address like any other.
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct).ConfigureAwait(false);
        if (!_options.AllowPrivateAddresses) addresses = Array.FindAll(addresses, PublicAddress.IsPublic);
        if (addresses.Length == 0)
            throw new UnrecoverableError($"Host '{host}' has no public address, and private ones are not called; set HttpExtract:AllowPrivateAddresses if it is meant to be reached.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowedHost(string host) => _options.AllowedHosts.Count == 0 || _options.AllowedHosts.Any(allowed =>
        allowed.StartsWith('.') ? host.EndsWith(allowed, StringComparison.OrdinalIgnoreCase) : host.Equals(allowed, StringComparison.OrdinalIgnoreCase));
}
