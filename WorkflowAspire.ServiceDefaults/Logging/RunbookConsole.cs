using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using WorkflowAspire.ServiceDefaults.Logging;

namespace Microsoft.Extensions.Logging;

/// <summary>Registers the log format of the operations runbook.</summary>
internal static class RunbookConsole
{
    public static ILoggingBuilder AddRunbookConsole(this ILoggingBuilder logging)
    {
        logging.AddConsole(console => console.FormatterName = RunbookConsoleFormatter.FormatterName);
        logging.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ConsoleFormatter, RunbookConsoleFormatter>());
        return logging;
    }
}
