using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace WorkflowAspire.TestServers;

/// <summary>A network that misbehaves on demand: it stands between a client and a server of the loopback interface.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Link, bool> _links = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly int _target;
    private TcpListener? _listener;
    private volatile bool _swallows;

    public TcpProxy(int target)
    {
        _target = target;
        Listen(0);
    }

    public int Port { get; private set; }

    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>How much later than it came each piece is passed on.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Resets every connection; new ones are served.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys) link.Reset();
    }

    /// <summary>Resets every connection and takes no new ones.</summary>
    public void Refuse()
    {
        _listener?.Stop();
        _listener = null;
        Cut();
    }

    /// <summary>Connections stay open, but nothing passes any more: half-open, as behind a firewall that forgot them. New ones fare no better.</summary>
    public void Swallow()
    {
        _swallows = true;
        foreach (var link in _links.Keys) link.Swallow();
    }

    /// <summary>New connections are served again. What was swallowed stays lost, and so do its connections.</summary>
    public void Heal()
    {
        _swallows = false;
        if (_listener is null) Listen(Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        Refuse();
        _closed.Dispose();
    }

    private void Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _listener = listener;
        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptSocketAsync(_closed.Token));
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The listener was stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        using var link = new Link(client, server);
        _links[link] = true;
        try
        {
            if (_swallows) link.Swallow();
            else await server.ConnectAsync(IPAddress.Loopback, _target);
            await Task.WhenAny(PumpAsync(link, client, server), link.IsSwallowing ? link.WasReset : PumpAsync(link, server, client));
        }
        catch (SocketException)
        {
            // No server there: the client's connection ends as well.
        }
        finally
        {
            _links.TryRemove(link, out _);
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer);
                if (read == 0) return;
                if (Delay > TimeSpan.Zero) await Task.Delay(Delay);
                if (!link.IsSwallowing) await to.SendAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The other pump, or Cut, has ended the connection.
        }
    }

    private sealed class Link(Socket client, Socket server) : IDisposable
    {
        private readonly TaskCompletionSource _reset = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task WasReset => _reset.Task;

        public bool IsSwallowing { get; private set; }

        public void Swallow() => IsSwallowing = true;

        public void Reset()
        {
            try
            {
                // Closed without a farewell: the peers see a reset and not an end.
                client.LingerState = new LingerOption(true, 0);
            }
            catch (ObjectDisposedException)
            {
                // It has ended a moment ago.
            }

            Dispose();
        }

        public void Dispose()
        {
            client.Dispose();
            server.Dispose();
            _reset.TrySetResult();
        }
    }
}
