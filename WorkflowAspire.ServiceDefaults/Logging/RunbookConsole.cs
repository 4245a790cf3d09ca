using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using WorkflowAspire.ServiceDefaults.Logging;

namespace Microsoft.Extensions.Logging;

/// <summary>Registers the log format of the operations runbook, and keeps what libraries tell of their normal work out of it.</summary>
internal static class RunbookConsole
{
    private static readonly LoggerFilterRule[] QuietLibraries =
    [
        Rule("Microsoft", LogLevel.Warning),
        Rule("System", LogLevel.Warning),
        Rule("Npgsql", LogLevel.Warning),
        Rule("Polly", LogLevel.Warning),
        // Its outages are told by the queue and the health checks, once and not per connection.
        Rule("StackExchange.Redis", LogLevel.Error),
    ];

    public static ILoggingBuilder AddRunbookConsole(this ILoggingBuilder logging)
    {
        logging.AddConsole(console => console.FormatterName = RunbookConsoleFormatter.FormatterName);
        logging.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ConsoleFormatter, RunbookConsoleFormatter>());
        // First, so that the rules of a configuration override them.
        logging.Services.Configure<LoggerFilterOptions>(options =>
        {
            foreach (var rule in QuietLibraries) options.Rules.Insert(0, rule);
        });
        return logging;
    }

    private static LoggerFilterRule Rule(string category, LogLevel level) => new(providerName: null, category, level, filter: null);
}
