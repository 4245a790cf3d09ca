using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WorkflowAspire.Workflows.Tests.Samples;

/// <summary>A local server that answers each request with the bytes that a test wrote, and hangs up.</summary>
internal sealed class RawHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public RawHttpServer()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public List<string> Requests { get; } = [];

    /// <summary>The answer to each request: its status line, headers and body, from the request's own head.</summary>
    public Func<string, byte[]> Answer { get; set; } = _ => Json("{}");

    public static byte[] Json(string body) => Response("200 OK", body);

    public static byte[] Response(string status, string body = "", params string[] headers) => Response(status, Encoding.UTF8.GetBytes(body), headers);

    public static byte[] Response(string status, byte[] body, params string[] headers) =>
        [.. Head(status, [$"Content-Length: {body.Length}", .. headers]), .. body];

    /// <summary>An answer that ends with its headers, whatever they say of a body.</summary>
    public static byte[] Head(string status, params string[] headers) =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nConnection: close\r\n{string.Concat(headers.Select(header => $"{header}\r\n"))}\r\n");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                var buffer = new byte[16 * 1024];
                var request = Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, _stop.Token));
                if (request.Length == 0) continue;
                Requests.Add(request);
                await stream.WriteAsync(Answer(request), _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
