using System.Globalization;
using Microsoft.Extensions.Configuration;

/// <summary>The environment variables (or command line options) that the AppHost itself reads.</summary>
internal sealed record AppHostSettings(
    int RedisPort, int AdminApiPort, int WorkerReplicas, int? WorkerConcurrency, bool HasLanguageModel, PublishTarget PublishTarget)
{
    private const int HighestPort = 65535;

    public static AppHostSettings Read(IConfiguration configuration) => new(
        Number(configuration, "REDIS_PORT", highest: HighestPort) ?? 6379,
        Number(configuration, "ADMIN_API_PORT", highest: HighestPort) ?? 5080,
        Number(configuration, "WORKER_REPLICAS", highest: 64) ?? 1,
        Number(configuration, "WORKER_CONCURRENCY", highest: 10_000),
        !string.IsNullOrEmpty(configuration["Parameters:language-model"]),
        Target(configuration["Publish:Target"]));

    /// <summary>Leaves the worker its own default when nothing is set.</summary>
    public void PassWorkerConcurrency(EnvironmentCallbackContext context)
    {
        if (WorkerConcurrency is { } concurrency) context.EnvironmentVariables["WORKER_CONCURRENCY"] = concurrency.ToString(CultureInfo.InvariantCulture);
    }

    private static PublishTarget Target(string? text) => text?.ToUpperInvariant() switch
    {
        null or "" or "KUBERNETES" => PublishTarget.Kubernetes,
        "AZURE" => PublishTarget.Azure,
        _ => throw new DistributedApplicationException($"Publish:Target is '{text}'; it has to be kubernetes or azure."),
    };

    private static int? Number(IConfiguration configuration, string name, int highest)
    {
        var text = configuration[name];
        if (string.IsNullOrWhiteSpace(text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= highest
            ? number
            : throw new DistributedApplicationException(string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; it has to be a whole number from 1 to {highest}."));
    }
}
