using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace WorkflowAspire.Bench;

/// <summary>A redis-server for this run alone, without persistence.</summary>
internal sealed class PrivateRedis : IAsyncDisposable
{
    private readonly Process _process;

    private PrivateRedis(int port)
    {
        Port = port;
        _process = Process.Start(new ProcessStartInfo("redis-server",
            ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    public int Port { get; }

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public static async Task<PrivateRedis> StartAsync()
    {
        var redis = new PrivateRedis(FreePort());
        redis.Connection = await ConnectionMultiplexer.ConnectAsync(
            string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port},allowAdmin=true,connectRetry=20,connectTimeout=500"));
        return redis;
    }

    public async Task<TimeSpan> CpuAsync()
    {
        var info = (await Connection.GetServers()[0].InfoAsync("cpu")).SelectMany(group => group).ToDictionary(pair => pair.Key, pair => pair.Value);
        return TimeSpan.FromSeconds(Seconds("used_cpu_sys") + Seconds("used_cpu_user"));

        double Seconds(string name) => double.Parse(info[name], CultureInfo.InvariantCulture);
    }

    public async Task CompletedAsync(string queue, long jobs)
    {
        while (await Connection.GetDatabase().SortedSetLengthAsync($"bull:{queue}:completed") < jobs) await Task.Delay(2);
    }

    public Task EmptyAsync() => Connection.GetServers()[0].FlushAllDatabasesAsync();

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
