using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

[assembly: AssemblyFixture(typeof(RedisServer))]
[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace WorkflowAspire.ServiceDefaults.Tests;

/// <summary>What worker and API rely on in their clients, whichever backend these are of.</summary>
public class ClientTests(RedisServer redis, PostgresServer postgres)
{
    [Fact]
    public async Task Both_clients_connect_to_what_the_connection_strings_name_and_are_checked_under_Aspires_names()
    {
        await using var service = Build(redis.ConnectionString, postgres.ConnectionString);

        (await service.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync()).ShouldBeGreaterThan(TimeSpan.Zero);
        await using var command = service.Services.GetRequiredService<DbDataSource>().CreateCommand("SELECT 7");
        (await command.ExecuteScalarAsync()).ShouldBe(7);
        service.Services.GetRequiredService<DbDataSource>().ShouldBeSameAs(service.Services.GetRequiredService<NpgsqlDataSource>());
        var report = await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        report.Entries.ShouldAllBe(check => check.Value.Status == HealthStatus.Healthy);
        report.Entries.Keys.ShouldBe(["self", "StackExchange.Redis", "PostgreSql"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_runbooks_variables_decide_where_the_client_connects()
    {
        await using var service = Build("nowhere.invalid:1,connectTimeout=500", postgres.ConnectionString, ("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", $"{redis.Port}"));

        var connection = service.Services.GetRequiredService<IConnectionMultiplexer>();

        (await connection.GetDatabase().PingAsync()).ShouldBeGreaterThan(TimeSpan.Zero);
        ConfigurationOptions.Parse(connection.Configuration).ConnectTimeout.ShouldBe(500);
    }

    [Fact]
    public async Task A_server_that_is_not_there_yet_is_no_failure_of_the_start_but_of_its_check()
    {
        await using var service = Build("127.0.0.1:1,connectTimeout=100,connectRetry=1,asyncTimeout=100,syncTimeout=100", "Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");

        service.Services.GetRequiredService<IConnectionMultiplexer>().IsConnected.ShouldBeFalse();
        var report = await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        report.Entries["StackExchange.Redis"].Status.ShouldBe(HealthStatus.Unhealthy);
        report.Entries["PostgreSql"].Status.ShouldBe(HealthStatus.Unhealthy);
        report.Entries["self"].Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task The_callbacks_adjust_what_the_settings_say()
    {
        await using var service = Build(redis.ConnectionString, "Host=elsewhere", configure: builder =>
        {
            builder.AddRedisClient("redis", settings => settings.DisableHealthChecks = true, options => options.ClientName = "adjusted");
            builder.AddNpgsqlDataSource("workflow", settings => settings.ConnectionString = postgres.ConnectionString, source => source.Name = "adjusted");
        });

        service.Services.GetRequiredService<IConnectionMultiplexer>().ClientName.ShouldBe("adjusted");
        await using var connection = await service.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        connection.Host.ShouldBe("127.0.0.1");
        (await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Keys.ShouldNotContain("StackExchange.Redis");
    }

    [Fact]
    public async Task The_sections_that_Aspire_reads_are_read()
    {
        await using var service = Build(redis.ConnectionString, postgres.ConnectionString,
            ("Aspire:StackExchange:Redis:DisableHealthChecks", "true"), ("Aspire:Npgsql:workflow:DisableHealthChecks", "true"));

        (await service.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries.Keys.ShouldHaveSingleItem().ShouldBe("self");
    }

    [Fact]
    public void A_missing_connection_string_is_named() => Should.Throw<InvalidOperationException>(() =>
    {
        using var service = Build(redis.ConnectionString, database: null);
        service.Services.GetRequiredService<DbDataSource>();
    }).Message.ShouldContain("workflow");

    private static WebApplication Build(string cache, string? database, params (string Key, string? Value)[] settings) => Build(cache, database, builder =>
    {
        builder.AddRedisClient("redis");
        builder.AddDatabase("workflow");
    }, settings);

    private static WebApplication Build(string cache, string? database, Action<WebApplicationBuilder> configure, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:redis", cache), new("ConnectionStrings:workflow", database)]);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value));
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        configure(builder);
        return builder.Build();
    }
}
