using System.Globalization;
using Microsoft.Extensions.Configuration;

/// <summary>The environment variables (or command line options) that the AppHost itself reads.</summary>
internal sealed record AppHostSettings(
    int RedisPort, int AdminApiPort, int WorkerReplicas, int? WorkerConcurrency, TimeSpan WorkerStopTimeout, bool HasLanguageModel)
{
    private const int HighestPort = 65535;

    // The orchestrator kills a project that is still there 12 seconds after SIGTERM (docs/hosting.md); handing jobs back takes up to two.
    private static readonly TimeSpan StopTimeoutHere = TimeSpan.FromSeconds(8);

    public static AppHostSettings Read(IConfiguration configuration) => new(
        Number(configuration, "REDIS_PORT", highest: HighestPort) ?? 6379,
        Number(configuration, "ADMIN_API_PORT", highest: HighestPort) ?? 5080,
        Number(configuration, "WORKER_REPLICAS", highest: 64) ?? 1,
        Number(configuration, "WORKER_CONCURRENCY", highest: 10_000),
        Time(configuration, "Worker:StopTimeout") ?? StopTimeoutHere,
        !string.IsNullOrEmpty(configuration["Parameters:language-model"]));

    /// <summary>What a worker that runs here is told; what isn't set is left to its own default.</summary>
    public void PassToWorker(EnvironmentCallbackContext context)
    {
        if (WorkerConcurrency is { } concurrency) context.EnvironmentVariables["WORKER_CONCURRENCY"] = concurrency.ToString(CultureInfo.InvariantCulture);
        if (context.ExecutionContext.IsRunMode) context.EnvironmentVariables["Worker__StopTimeout"] = WorkerStopTimeout.ToString("c", CultureInfo.InvariantCulture);
    }

    private static int? Number(IConfiguration configuration, string name, int highest)
    {
        var text = configuration[name];
        if (string.IsNullOrWhiteSpace(text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= highest
            ? number
            : throw new DistributedApplicationException(string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; it has to be a whole number from 1 to {highest}."));
    }

    private static TimeSpan? Time(IConfiguration configuration, string name)
    {
        var text = configuration[name];
        if (string.IsNullOrWhiteSpace(text)) return null;
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero
            ? time
            : throw new DistributedApplicationException($"{name} is '{text}'; it has to be a time such as 00:00:08.");
    }
}
