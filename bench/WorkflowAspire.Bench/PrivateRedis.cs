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

    /// <summary>Waits until so many jobs are completed; how many there are then.</summary>
    public Task<long> ReachedAsync(string queue, long jobs) => UntilAsync(redis => redis.SortedSetLengthAsync($"bull:{queue}:completed"), completed => completed >= jobs);

    /// <summary>Waits until no more jobs wait than that; how many do then.</summary>
    public Task<long> WaitingAsync(string queue, long atMost) => UntilAsync(redis => redis.ListLengthAsync($"bull:{queue}:wait"), waiting => waiting <= atMost);

    private async Task<long> UntilAsync(Func<IDatabase, Task<long>> count, Func<long, bool> isReached)
    {
        while (true)
        {
            var found = await count(Connection.GetDatabase());
            if (isReached(found)) return found;
            await Task.Delay(2);
        }
    }

    public Task ForgetCommandsAsync() => Connection.GetServers()[0].ConfigResetStatisticsAsync();

    public async Task<Commands> CommandsAsync()
    {
        var stats = (await Connection.GetServers()[0].InfoAsync("commandstats")).SelectMany(group => group)
            .ToDictionary(pair => pair.Key, pair => pair.Value.Split(',').Select(part => part.Split('=')).ToDictionary(part => part[0], part => double.Parse(part[1], CultureInfo.InvariantCulture)));
        var scripts = stats.Where(pair => pair.Key is "cmdstat_eval" or "cmdstat_evalsha").Select(pair => pair.Value).ToArray();
        var harness = (long)stats.Where(pair => pair.Key is "cmdstat_info" or "cmdstat_config|resetstat").Sum(pair => pair.Value["calls"]);
        var calls = (long)scripts.Sum(script => script["calls"]);
        return new Commands(calls, scripts.Sum(script => script["usec"]), (long)stats.Values.Sum(command => command["calls"]) - harness);
    }

    // In the background: freeing a million jobs takes longer than the client waits for an answer.
    public Task EmptyAsync() => Connection.GetDatabase().ExecuteAsync("FLUSHALL", "ASYNC");

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
