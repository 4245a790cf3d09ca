using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using WorkflowAspire.LocalHosting.Data;
using WorkflowAspire.LocalHosting.Processes;
using WorkflowAspire.LocalHosting.Supervision;

namespace WorkflowAspire.LocalHosting.Choices;

/// <summary>Decides what serves Redis: a server that is given, one that is installed, or Garnet.</summary>
internal sealed class RedisChoice(IConfiguration configuration, AppHostFacts facts, DataFolder data, EndpointAllocation endpoints)
{
    private const string OptionName = "Local:Redis";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    public Decision Decide(RedisResource redis)
    {
        if (configuration.GetConnectionString(redis.Name) is { Length: > 0 } given) return Given(redis, given);

        var option = Option.Read(configuration, OptionName, "auto", "server", "garnet");
        var server = Programs.OnPath("redis-server") ?? Programs.OnPath("valkey-server");
        if (option is "auto" or "server" && server is not null)
            return Run(redis, Path.GetFileName(server), option == "server" ? "asked for with --Local:Redis=server" : $"found at {server}", Server(redis, server));
        if (option == "server")
            throw new DistributedApplicationException("--Local:Redis=server is not possible: neither redis-server nor valkey-server is on the PATH. Install one, or use --Local:Redis=garnet.");

        if (facts.GarnetPath is { } garnet && File.Exists(garnet))
            return Run(redis, "Garnet", option == "garnet" ? "asked for with --Local:Redis=garnet" : "neither redis-server nor valkey-server is on the PATH", Garnet(redis, garnet));
        throw new DistributedApplicationException($"Garnet can't be started: its program {facts.GarnetPath ?? "WorkflowAspire.LocalHosting.Garnet"} was not built. Build the AppHost again, or install redis-server.");
    }

    private static Decision Given(RedisResource redis, string connectionString)
    {
        var (host, port) = RedisHealth.FirstEndpoint(connectionString);
        var endpoint = redis.PrimaryEndpoint.EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, host, port);
        redis.LocalConnection.Set(connectionString);
        return new Decision("a server of its own", $"ConnectionStrings:{redis.Name} is given")
        {
            Endpoint = endpoint.AllocatedEndpoint.EndPointString,
            Processes = [new ProcessPlan(redis, redis.Name) { Check = ct => RedisHealth.PingAsync(connectionString, ct) }],
        };
    }

    private Decision Run(RedisResource redis, string choice, string reason, Func<int, string, ChildStart> command)
    {
        var endpoint = endpoints.Allocate(redis, redis.PrimaryEndpoint.EndpointAnnotation, "127.0.0.1");
        redis.LocalConnection.Set(endpoint.EndPointString);
        var folder = data.Folder(redis.Name);
        return new Decision(choice, reason)
        {
            Endpoint = endpoint.EndPointString,
            Processes =
            [
                new ProcessPlan(redis, redis.Name)
                {
                    Start = _ => Task.FromResult(command(endpoint.Port, folder)),
                    Check = ct => RedisHealth.PingAsync(endpoint.Address, endpoint.Port, ct),
                    Grace = Grace,
                },
            ],
        };
    }

    private static Func<int, string, ChildStart> Server(RedisResource redis, string program) => (port, folder) =>
        new ChildStart(program,
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", folder, "--save", "",
            "--appendonly", KeepsData(redis) ? "yes" : "no", "--daemonize", "no", "--loglevel", "warning",
        ])
        { WorkingDirectory = folder };

    private static Func<int, string, ChildStart> Garnet(RedisResource redis, string program) => (port, folder) =>
        new ChildStart(Programs.Dotnet, [program, port.ToString(CultureInfo.InvariantCulture), KeepsData(redis) ? folder : ""]) { WorkingDirectory = folder };

    private static bool KeepsData(RedisResource redis) => redis.Annotations.OfType<KeepDataAnnotation>().Any();
}
