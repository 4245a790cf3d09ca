using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace WorkflowAspire.ServiceDefaults.Tests;

public class RedisVariablesTests
{
    [Theory]
    [InlineData(null, null, null, "localhost")]
    [InlineData("", "", "", "localhost")]
    [InlineData(null, "redis.example", null, "redis.example")]
    [InlineData(null, null, "6380", "localhost:6380")]
    [InlineData(null, "redis.example", "6380", "redis.example:6380")]
    public void Without_a_connection_string_what_is_not_set_is_localhost_and_the_clients_port(string? given, string? host, string? port, string expected) =>
        Applied(given, host, port).ShouldBe(expected);

    [Theory]
    [InlineData(null, null, "injected:7000")]
    [InlineData("redis.example", null, "redis.example:7000")]
    [InlineData(null, "6380", "injected:6380")]
    [InlineData("redis.example", "6380", "redis.example:6380")]
    [InlineData("my_redis", "6380", "my_redis:6380")]
    [InlineData("10.1.2.3", "6380", "10.1.2.3:6380")]
    public void What_is_set_wins_over_that_part_of_the_connection_string(string? host, string? port, string expected) =>
        Applied("injected:7000", host, port).ShouldBe(expected);

    [Theory]
    [InlineData("injected:7000,user=worker,password=a=b,ssl=true,connectTimeout=100", "redis.example:6380,user=worker,password=a=b,ssl=true,connectTimeout=100")]
    [InlineData("password=secret,injected:7000, defaultDatabase=3", "redis.example:6380,password=secret, defaultDatabase=3")]
    [InlineData("injected,ssl=true,sslHost=certified.example", "redis.example:6380,ssl=true,sslHost=certified.example")]
    public void Password_and_options_stay_as_they_were_written(string given, string expected)
    {
        var applied = Applied(given, "redis.example", "6380");

        applied.ShouldBe(expected);
        ConfigurationOptions.Parse(applied).Password.ShouldBe(ConfigurationOptions.Parse(given).Password);
    }

    [Theory]
    [InlineData("injected,ssl=true", null, 6380)]
    [InlineData("injected", null, 6379)]
    [InlineData("injected,ssl=true", "7000", 7000)]
    public void A_port_that_nobody_gives_is_the_clients_default(string given, string? port, int expected)
    {
        var options = ConfigurationOptions.Parse(Applied(given, "redis.example", port));
        options.SetDefaultPorts();

        options.EndPoints.ShouldHaveSingleItem().ShouldBe(new System.Net.DnsEndPoint("redis.example", expected));
    }

    [Theory]
    [InlineData("injected:7000", "::1", null, "[::1]:7000")]
    [InlineData("injected:7000", "[::1]", "6380", "[::1]:6380")]
    [InlineData("[2001:db8::1]:7000", null, "6380", "[2001:db8::1]:6380")]
    [InlineData("injected", "2001:db8::2", null, "[2001:db8::2]")]
    public void An_IPv6_address_is_set_in_brackets(string given, string? host, string? port, string expected)
    {
        var applied = Applied(given, host, port);

        applied.ShouldBe(expected);
        ConfigurationOptions.Parse(applied).EndPoints.ShouldHaveSingleItem().ShouldBeOfType<System.Net.IPEndPoint>();
    }

    [Theory]
    [InlineData("s1:26379,s2:26379,serviceName=queues", null, null, "s1:26379,s2:26379,serviceName=queues")]
    [InlineData("s1:26379,s2:26379,serviceName=queues", "other", null, "other:26379,serviceName=queues")]
    [InlineData("s1:26379,s2:26379,serviceName=queues", null, "26380", "s1:26380,s2:26380,serviceName=queues")]
    [InlineData("node:7000,node:7001,node:7002", null, "6380", "node:6380")]
    [InlineData("node:7000,node:7001,password=p", "other", null, "other:7000,other:7001,password=p")]
    [InlineData("node:7000,node:7001", "other", "6380", "other:6380")]
    public void Of_several_endpoints_each_gets_what_is_set(string given, string? host, string? port, string expected) =>
        Applied(given, host, port).ShouldBe(expected);

    [Fact]
    public void A_socket_of_the_machine_gives_way_to_either_variable() => Applied("!/run/redis.sock,password=p", host: null, "6380").ShouldBe("localhost:6380,password=p");

    [Theory]
    [InlineData("REDIS_HOST", "redis://localhost", "a host name or IP address without port or scheme")]
    [InlineData("REDIS_HOST", "redis:6379", "a host name or IP address without port or scheme")]
    [InlineData("REDIS_HOST", "redis,password=p", "a host name or IP address without port or scheme")]
    [InlineData("REDIS_HOST", "a b", "a host name or IP address without port or scheme")]
    [InlineData("REDIS_PORT", "0", "a port number from 1 to 65535")]
    [InlineData("REDIS_PORT", "65536", "a port number from 1 to 65535")]
    [InlineData("REDIS_PORT", "+6379", "a port number from 1 to 65535")]
    [InlineData("REDIS_PORT", "6379 ", "a port number from 1 to 65535")]
    public void A_variable_that_can_not_be_used_is_shown(string variable, string value, string expected)
    {
        var error = Should.Throw<OptionsValidationException>(() => RedisVariables.Apply(Configuration((variable, value))));

        error.Message.ShouldBe($"{variable} is '{value}'; set it to {expected}{(variable == "REDIS_HOST" ? ", for example localhost" : "")}, or leave it out.");
    }

    [Fact]
    public void A_connection_string_that_can_not_be_read_is_named_and_not_shown()
    {
        var error = Should.Throw<OptionsValidationException>(() => Applied("redis:6379,password=open,sesame=now", host: null, port: null));

        error.Message.ShouldStartWith("ConnectionStrings__redis can't be read;");
        error.Message.ShouldNotContain("sesame");
    }

    private static string Applied(string? given, string? host, string? port)
    {
        var configuration = Configuration(("ConnectionStrings:redis", given), ("REDIS_HOST", host), ("REDIS_PORT", port));
        RedisVariables.Apply(configuration);
        return configuration.GetConnectionString("redis")!;
    }

    private static ConfigurationManager Configuration(params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value));
        return configuration;
    }
}
