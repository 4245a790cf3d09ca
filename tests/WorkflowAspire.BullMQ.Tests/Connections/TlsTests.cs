using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests.Connections;

/// <summary>Redis behind TLS, with a certificate whose authority only the test knows.</summary>
public sealed class TlsTests(RedisTls redis) : ConnectionSpecification, IClassFixture<RedisTls>
{
    [Fact]
    public async Task Jobs_are_processed_over_TLS_and_the_workers_own_connections_trust_the_same_authority()
    {
        var connection = Keep(await ConnectAsync());
        var queue = new Queue(QueueName, connection);
        await StartWorker(connection, new WorkerOptions { ConfigureBlockingConnection = own => own.TrustIssuer(redis.AuthorityFile), DrainDelay = TimeSpan.FromMinutes(10) });

        var first = await queue.AddAsync("work", Json("1"));
        await Reaches(queue, first.Id, JobState.Completed);
        var second = await queue.AddAsync("work", Json("1"));
        await Reaches(queue, second.Id, JobState.Completed);

        Log.Collector.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Own_connections_that_do_not_trust_the_authority_are_told_once_and_without_the_password()
    {
        var connection = Keep(await ConnectAsync());
        await StartWorker(connection);

        await Eventually.True(() => Logged("Redis is unavailable") == 1);

        var told = Log.Collector.GetSnapshot().Single(record => record.Message.Contains("Redis is unavailable", StringComparison.Ordinal));
        told.Message.ShouldContain("certificate");
        $"{told.Message} {told.Exception}".ShouldNotContain(RedisTls.Password);
    }

    private async Task<IConnectionMultiplexer> ConnectAsync()
    {
        var options = ConfigurationOptions.Parse($"{redis.ConnectionString},connectTimeout=1000,asyncTimeout=1000");
        options.TrustIssuer(redis.AuthorityFile);
        var connection = await ConnectionMultiplexer.ConnectAsync(options);
        await Eventually.True(() => connection.IsConnected);
        return connection;
    }
}
