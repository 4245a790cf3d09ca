using System.Net.Sockets;
using System.Text;
using StackExchange.Redis;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>Healthy means that the server answers PING.</summary>
internal static class RedisHealth
{
    /// <summary>Asks a server of the AppHost's own.</summary>
    public static async Task PingAsync(string host, int port, CancellationToken ct)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, ct).ConfigureAwait(false);
        var stream = client.GetStream();
        await using var _ = stream.ConfigureAwait(false);
        await stream.WriteAsync("PING\r\n"u8.ToArray(), ct).ConfigureAwait(false);
        var answer = new byte[64];
        var length = await stream.ReadAsync(answer, ct).ConfigureAwait(false);
        var text = Encoding.ASCII.GetString(answer, 0, length);
        // A server that still reads its data answers -LOADING.
        if (!text.StartsWith("+PONG", StringComparison.Ordinal)) throw new IOException($"PING was answered with '{text.Trim()}'.");
    }

    /// <summary>Asks a server that is given by a connection string.</summary>
    public static async Task PingAsync(string connectionString, CancellationToken ct)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = true;
        var connection = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(ct).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        await connection.GetDatabase().PingAsync().WaitAsync(ct).ConfigureAwait(false);
    }

    public static (string Host, int Port) FirstEndpoint(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.SetDefaultPorts();
        return options.EndPoints[0] switch
        {
            System.Net.DnsEndPoint name => (name.Host, name.Port),
            System.Net.IPEndPoint address => (address.Address.ToString(), address.Port),
            var other => (other.ToString()!, 6379),
        };
    }
}
