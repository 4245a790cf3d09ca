using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Reliability;

/// <summary>Producers add and workers process while everything between them and Redis breaks, again and again.</summary>
internal sealed class Chaos(RedisServer server, TcpProxy proxy, int jobs, TimeSpan duration, int seed, Action<string> tell)
{
    private const int Producers = 8;
    private const int AddsAtOnce = 25;
    private const int Workers = 2;

    private readonly string _queueName = $"chaos-{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<string, bool> _answered = new();
    private readonly ConcurrentDictionary<string, int> _runs = new();
    private readonly ConcurrentDictionary<string, int> _happened = new();
    private readonly FakeLogger<Worker> _log = new();
    private int _thrown;
    private TimeSpan _longestAdd;

    public async Task<ChaosReport> RunAsync()
    {
        var watch = Stopwatch.StartNew();
        await server.Connection.GetDatabase().HashSetAsync(Key("meta"), "opts.maxLenEvents", 20L * jobs);
        await using var connection = await ConnectAsync();
        var workers = new List<Worker>();
        for (var i = 0; i < Workers; i++) workers.Add(await StartWorkerAsync(connection));

        using var over = new CancellationTokenSource();
        var trouble = MakeTroubleAsync(over.Token);
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(number => ProduceAsync(number, connection)));
        await over.CancelAsync();
        await trouble;

        await Eventually.True(IsDrainedAsync);
        foreach (var worker in workers) await worker.CloseAsync();
        return await ReportAsync(watch.Elapsed);
    }

    private async Task<IConnectionMultiplexer> ConnectAsync()
    {
        var options = ConfigurationOptions.Parse(proxy.ConnectionString);
        options.AbortOnConnectFail = false;
        options.ReconnectRetryPolicy = new LinearRetry(100);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private async Task<Worker> StartWorkerAsync(IConnectionMultiplexer connection)
    {
        var worker = new Worker(_queueName, ProcessAsync, connection, new WorkerOptions
        {
            Concurrency = 100,
            LockDuration = TimeSpan.FromSeconds(4),
            StalledInterval = TimeSpan.FromSeconds(1),
            MaxStalledCount = 1000,
        }, _log);
        await worker.StartAsync();
        return worker;
    }

    private async Task<ReadOnlyMemory<byte>> ProcessAsync(Job job, CancellationToken ct)
    {
        _runs.AddOrUpdate(job.Id, 1, (_, runs) => runs + 1);
        await Task.Delay(Random.Shared.Next(20), ct);
        return job.Data;
    }

    private async Task ProduceAsync(int number, IConnectionMultiplexer connection)
    {
        var queue = new Queue(_queueName, connection);
        var mine = Enumerable.Range(0, jobs / Producers).Select(i => string.Create(CultureInfo.InvariantCulture, $"job-{number}-{i}")).Chunk(AddsAtOnce).ToArray();
        foreach (var some in mine)
        {
            await Task.WhenAll(some.Select(id => AddAsync(queue, id, triesAgain: number % 2 == 0)));
            await Task.Delay(duration / mine.Length);
        }
    }

    // Half of the producers add again with the same id until they are answered; the others leave it.
    private async Task AddAsync(Queue queue, string id, bool triesAgain)
    {
        do
        {
            var watch = Stopwatch.StartNew();
            try
            {
                await queue.AddAsync("work", "1"u8.ToArray(), new JobOptions { JobId = id });
                _answered[id] = true;
                return;
            }
            catch (Exception error) when (error is RedisException or TimeoutException)
            {
                Interlocked.Increment(ref _thrown);
            }
            finally
            {
                lock (_answered) _longestAdd = watch.Elapsed > _longestAdd ? watch.Elapsed : _longestAdd;
            }
        }
        while (triesAgain);
    }

    private async Task MakeTroubleAsync(CancellationToken over)
    {
        var random = new Random(seed);
        var trouble = new Trouble(server, proxy);
        var flushing = trouble.FlushScriptsAsync(over);
        var kinds = trouble.Kinds.ToArray();
        // Each kind once, however few the jobs are; then whatever comes.
        for (var i = 0; i < kinds.Length || !over.IsCancellationRequested; i++)
        {
            var (name, make) = kinds[i < kinds.Length ? i : random.Next(kinds.Length)];
            await Task.Delay(random.Next(100, 1500), CancellationToken.None);
            tell(string.Create(CultureInfo.InvariantCulture, $"{name}, {_answered.Count} jobs added, {_runs.Count} processed"));
            await make(random);
            _happened.AddOrUpdate(name, 1, (_, times) => times + 1);
        }

        await flushing;
    }

    private async Task<bool> IsDrainedAsync()
    {
        try
        {
            var counts = await new Queue(_queueName, server.Connection).GetJobCountsAsync();
            return counts[JobState.Waiting] + counts[JobState.Active] == 0 && counts[JobState.Completed] >= _answered.Count;
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            return false;
        }
    }

    private async Task<ChaosReport> ReportAsync(TimeSpan elapsed)
    {
        var database = server.Connection.GetDatabase();
        var completed = (await database.SortedSetRangeByRankAsync(Key("completed"))).Select(id => id.ToString()).ToHashSet();
        var counts = await new Queue(_queueName, server.Connection).GetJobCountsAsync();
        var completions = (await database.StreamRangeAsync(Key("events"))).Where(entry => entry["event"] == "completed").CountBy(entry => entry["jobId"].ToString());
        var stalls = new Dictionary<string, int>();
        foreach (var (id, runs) in _runs.Where(job => job.Value > 1))
            stalls[id] = runs - 1 - (int)(await database.HashGetAsync(Key(id), "stc"));
        var logged = _log.Collector.GetSnapshot();
        return new ChaosReport(
            elapsed, _happened, _answered.Count, _thrown, _longestAdd, completed.Count, counts[JobState.Failed],
            Lost: [.. _answered.Keys.Where(id => !completed.Contains(id))],
            CompletedTwice: [.. completions.Where(job => job.Value > 1).Select(job => job.Key)],
            ProcessedAgain: stalls.Count,
            ProcessedAgainWithoutStall: [.. stalls.Where(job => job.Value > 0).Select(job => job.Key)],
            Outages: logged.Count(record => record.Message.Contains("Redis is unavailable", StringComparison.Ordinal)),
            OtherErrors: [.. logged.Where(record => record.Level == LogLevel.Error && !record.Message.Contains("Redis is unavailable", StringComparison.Ordinal)).Select(record => record.Message)]);
    }

    private RedisKey Key(string part) => $"bull:{_queueName}:{part}";
}
