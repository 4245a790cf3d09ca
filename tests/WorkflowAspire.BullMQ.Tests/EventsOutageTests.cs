using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Testing;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>The server of the events goes away and comes back. Each test has one of its own.</summary>
public sealed class EventsOutageTests(OutageTests.OwnRedis own) : QueueSpecification(own.Server), IClassFixture<OutageTests.OwnRedis>
{
    private readonly RedisServer _server = own.Server;
    private readonly FakeLogger<QueueEvents> _log = new();

    [Fact]
    public async Task After_outages_no_event_is_lost_and_none_comes_twice()
    {
        var told = new ConcurrentQueue<QueueEvent>();
        await using var events = new QueueEvents(Queue.Name, Redis.Connection, logger: _log);
        using var subscription = events.On<QueueEvent>(told.Enqueue);
        await events.StartAsync();

        for (var outage = 1; outage <= 2; outage++)
        {
            for (var i = 0; i < 20; i++) await Add();
            await _server.KillAsync();
            await Eventually.True(() => Logged("Redis is unavailable") == outage);
            _server.Start();
            await Eventually.True(IsBack);
            for (var i = 0; i < 20; i++) await Add();
            await Eventually.True(() => Logged("Redis is available again") == outage);
        }

        await Eventually.Get(() => told.Count, count => count >= 160);
        told.Select(one => one.Id).ShouldBe((await Redis.Connection.GetDatabase().StreamRangeAsync(Key("events"))).Select(entry => entry.Id.ToString()));
        Logged("").ShouldBe(4);
    }

    [Fact]
    public async Task A_Redis_that_is_not_there_yet_is_waited_for()
    {
        await _server.KillAsync();
        await using var events = new QueueEvents(Queue.Name, Redis.Connection, logger: _log);
        var starting = events.StartAsync();
        await Eventually.True(() => Logged("Redis is unavailable") == 1);

        _server.Start();
        await starting;
        await Eventually.True(IsBack);

        var job = await Add();
        await foreach (var told in events.ReadAllAsync())
        {
            told.ShouldBeOfType<AddedEvent>().JobId.ShouldBe(job.Id);
            break;
        }
    }

    [Fact]
    public async Task A_wait_for_a_job_outlasts_an_outage()
    {
        await using var events = new QueueEvents(Queue.Name, Redis.Connection, logger: _log);
        var waiting = (await Add()).WaitUntilFinishedAsync(events);
        await events.StartAsync();

        await _server.KillAsync();
        await Eventually.True(() => Logged("Redis is unavailable") == 1);
        _server.Start();
        await Eventually.True(IsBack);
        await StartWorker((_, _) => Task.FromResult(Json("1")));

        Text(await waiting).ShouldBe("1");
    }

    private int Logged(string text) => _log.Collector.GetSnapshot().Count(record => record.Message.StartsWith(text, StringComparison.Ordinal));

    private async Task<bool> IsBack()
    {
        try
        {
            await Redis.Connection.GetDatabase().PingAsync();
            return true;
        }
        catch (Exception error) when (error is StackExchange.Redis.RedisException or TimeoutException)
        {
            return false;
        }
    }
}
