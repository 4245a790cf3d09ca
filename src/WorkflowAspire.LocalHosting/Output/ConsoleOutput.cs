using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using WorkflowAspire.LocalHosting.Supervision;

namespace WorkflowAspire.LocalHosting.Output;

/// <summary>Shows on the terminal what the resources write, and one table of them when all are healthy.</summary>
internal sealed class ConsoleOutput
{
    private static readonly string[] Colours = ["36", "33", "35", "32", "34", "96", "93", "95"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Orchestrator _orchestrator;
    private readonly ResourceLoggerService _logs;
    private readonly AppHostFacts _facts;
    private readonly IAnsiConsole _console;
    private readonly bool _hasColours;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _prefixes = [];

    public ConsoleOutput(IServiceProvider services, Orchestrator orchestrator)
    {
        _orchestrator = orchestrator;
        _facts = services.GetRequiredService<AppHostFacts>();
        _hasColours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        _console = AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = _hasColours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors });
        // A file or a pipe has no width to fit into.
        if (Console.IsOutputRedirected) _console.Profile.Width = 200;
        _logs = services.GetRequiredService<ResourceLoggerService>();
        _logs.LineWritten += Write;
    }

    /// <summary>Shows the table as soon as everything is healthy, and lines until told to stop.</summary>
    public async Task ShowUntilAsync(CancellationToken stopping)
    {
        var healthy = _orchestrator.WaitUntilHealthyAsync(stopping);
        while (await Task.WhenAny(healthy, Task.Delay(Patience, stopping)).ConfigureAwait(false) != healthy && !stopping.IsCancellationRequested)
            _logs.Write(Orchestrator.OwnLog, $"still waiting for {string.Join(", ", _orchestrator.Unready())}", isError: false);
        await healthy.ConfigureAwait(false);
        lock (_gate)
        {
            _console.Write(ResourceTable.Of(_orchestrator.Decisions));
            _console.MarkupLineInterpolated($"Hosting: {_facts.Hosting} ({_facts.HostingReason}). Data: {_orchestrator.DataPath}. Ctrl-C stops everything.");
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
    }

    private void Write(string resourceId, LogLine line)
    {
        try
        {
            lock (_gate) Console.Out.WriteLine($"{Prefix(resourceId)}{line.Content}");
        }
        catch (IOException)
        {
            // The terminal was closed; what is still running stops all the same.
        }
    }

    private string Prefix(string resourceId)
    {
        if (_prefixes.TryGetValue(resourceId, out var prefix)) return prefix;
        var colour = Colours[_prefixes.Count % Colours.Length];
        return _prefixes[resourceId] = _hasColours ? $"\u001b[{colour}m{resourceId,-9}|\u001b[0m " : $"{resourceId} | ";
    }
}
