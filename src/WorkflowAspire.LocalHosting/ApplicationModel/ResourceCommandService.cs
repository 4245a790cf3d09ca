using WorkflowAspire.LocalHosting.Commands;
using WorkflowAspire.LocalHosting.Supervision;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Starts, stops and restarts resources while the application runs, and executes the commands that the AppHost gave them.</summary>
public class ResourceCommandService
{
    private readonly Orchestrator _orchestrator;

    internal ResourceCommandService(Orchestrator orchestrator) => _orchestrator = orchestrator;

    /// <summary>Runs a command on a resource.</summary>
    /// <param name="resource">The resource; all of its processes.</param>
    /// <param name="commandName">One of <see cref="KnownResourceCommands"/>, or one that the AppHost gave the resource.</param>
    /// <param name="cancellationToken">Ends the wait for the command.</param>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default) =>
        ExecuteCommandAsync(resource.Name, commandName, cancellationToken);

    /// <summary>Runs a command on a resource.</summary>
    /// <param name="resourceId">The resource, or one of its processes.</param>
    /// <param name="commandName">One of <see cref="KnownResourceCommands"/>, or one that the AppHost gave the resource.</param>
    /// <param name="cancellationToken">Ends the wait for the command.</param>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        var processes = _orchestrator.Find(resourceId);
        if (processes.Count == 0) return Failed($"There is no running resource '{resourceId}'.");
        switch (commandName)
        {
            case "start":
                foreach (var process in processes) process.Start();
                return new ExecuteCommandResult { Success = true };
            case "stop":
                await Task.WhenAll(processes.Select(process => process.StopAsync())).WaitAsync(cancellationToken).ConfigureAwait(false);
                return new ExecuteCommandResult { Success = true };
            case "restart":
                await Task.WhenAll(processes.Select(process => process.StopAsync())).WaitAsync(cancellationToken).ConfigureAwait(false);
                foreach (var process in processes) process.Start();
                return new ExecuteCommandResult { Success = true };
            default:
                var own = processes[0].Plan.Resource.Annotations.OfType<HttpCommand>().ToList();
                return own.FirstOrDefault(command => command.Name == commandName) is { } found
                    ? await found.ExecuteAsync(cancellationToken).ConfigureAwait(false)
                    : Failed($"'{resourceId}' knows no command '{commandName}'; it knows {string.Join(", ", [.. own.Select(command => command.Name), "start", "stop", "restart"])}.");
        }
    }

    private static ExecuteCommandResult Failed(string message) => new() { Success = false, Message = message };
}
