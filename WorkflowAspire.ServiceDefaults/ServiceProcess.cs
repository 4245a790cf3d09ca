using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.ServiceDefaults;

/// <summary>The life of a service's process: built, run until it is told to stop, and an exit code.</summary>
public static partial class ServiceProcess
{
    /// <summary>Runs a service. A start that fails ends in one log line that says why, and not in a crash.</summary>
    /// <param name="build">Builds the service; what it throws counts as a failed start.</param>
    /// <remarks>SIGTERM, SIGINT and SIGQUIT stop the service; a second one changes nothing about that, since whoever is in a hurry has SIGKILL.</remarks>
    /// <returns>The exit code: 0 after an orderly stop, 1 when the service couldn't start, could not go on, or its stop failed.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        ArgumentNullException.ThrowIfNull(build);
        // Patterns that tenants write run in this process, and none may hold it up; it counts from the first Regex on.
        AppDomain.CurrentDomain.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(2));
        var hasStarted = false;
        try
        {
            var app = build();
            await using var _ = app.ConfigureAwait(false);
            await app.StartAsync().ConfigureAwait(false);
            hasStarted = true;
            await app.WaitForShutdownAsync().ConfigureAwait(false);
            // The host has said why in its log, but ends as if it had been told to.
            return app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Any(service => service.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
        }
        catch (Exception error)
        {
            using var logging = LoggerFactory.Create(builder => builder.AddRunbookConsole());
            var logger = logging.CreateLogger(typeof(ServiceProcess).FullName!);
            if (hasStarted) StopFailed(logger, error, error.Message);
            // A setting's message says all; anything else needs its stack trace.
            else CannotStart(logger, error is OptionsValidationException ? null : error, error.Message);
            return 1;
        }
    }

    [LoggerMessage(LogLevel.Critical, "The service can't start: {error}")]
    private static partial void CannotStart(ILogger logger, Exception? exception, string error);

    [LoggerMessage(LogLevel.Critical, "The service did not stop in order: {error}")]
    private static partial void StopFailed(ILogger logger, Exception exception, string error);
}
