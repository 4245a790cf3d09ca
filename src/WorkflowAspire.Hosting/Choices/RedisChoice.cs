using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;
using WorkflowAspire.Hosting.Programs;

namespace WorkflowAspire.Hosting.Choices;

/// <summary>What serves Redis.</summary>
internal abstract record RedisChoice(string What, string Why) : Choice(What, Why)
{
    private const string OptionName = "Local:Redis";

    /// <summary>Decides. A connection string wins over every option.</summary>
    public static RedisChoice Make(IConfiguration configuration, string name)
    {
        var option = LocalOption.Read(configuration, OptionName, "auto", "container", "server", "garnet");
        if (configuration.GetConnectionString(name) is { Length: > 0 } given) return new Given(name, given);
        return option switch
        {
            "container" => new Container(ContainerEngine.Require(configuration, OptionName), Asked(option)),
            "server" => FindServer(Asked(option)) ?? throw new DistributedApplicationException(
                "--Local:Redis=server is not possible: neither redis-server nor valkey-server is on the PATH. Install one, or use --Local:Redis=garnet."),
            "garnet" => new Garnet(Asked(option)),
            _ when ContainerEngine.Find(configuration) is { } engine => new Container(engine, $"{engine} answers"),
            _ => FindServer("no container engine answers, and it is installed")
                ?? (RedisChoice)new Garnet("no container engine answers, and neither redis-server nor valkey-server is on the PATH"),
        };
    }

    private static Server? FindServer(string why) =>
        (InstalledProgram.OnPath("redis-server") ?? InstalledProgram.OnPath("valkey-server")) is { } program ? new Server(program, why) : null;

    private static string Asked(string option) => $"asked for with --{OptionName}={option}";

    /// <summary>A server that runs already.</summary>
    public sealed record Given(string Name, string ConnectionString)
        : RedisChoice($"the server at {Place(Name, ConnectionString)}", $"ConnectionStrings:{Name} is given")
    {
        private static string Place(string name, string connectionString)
        {
            try
            {
                return string.Join(", ", ConfigurationOptions.Parse(connectionString).EndPoints.Select(endpoint => endpoint.ToString()?.Replace("Unspecified/", "", StringComparison.Ordinal)));
            }
            catch (ArgumentException)
            {
                // Its message may quote a part of a password.
                throw new DistributedApplicationException($"ConnectionStrings:{name} can't be read; write it as host:port,option=value, for example redis:6380,ssl=true.");
            }
        }
    }

    /// <summary>A container.</summary>
    public sealed record Container(string Engine, string Why) : RedisChoice($"a container of {Engine}", Why);

    /// <summary>An installed program.</summary>
    public sealed record Server(string Program, string Why) : RedisChoice($"{Path.GetFileNameWithoutExtension(Program)} at {Program}", Why);

    /// <summary>Garnet's project.</summary>
    public sealed record Garnet(string Why) : RedisChoice("Microsoft Garnet", Why);
}
