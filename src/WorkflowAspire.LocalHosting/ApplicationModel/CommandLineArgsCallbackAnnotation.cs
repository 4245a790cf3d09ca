namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds command line arguments right before a process starts.</summary>
/// <param name="callback">Adds them.</param>
public class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    /// <summary>Adds command line arguments without waiting for anything.</summary>
    /// <param name="callback">Adds them.</param>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback) : this(context =>
    {
        callback(context.Args);
        return Task.CompletedTask;
    })
    {
    }

    /// <summary>Adds them.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; } = callback;
}

/// <summary>The command line that a process is about to get.</summary>
/// <param name="args">The arguments so far.</param>
/// <param name="resource">The resource that the process belongs to.</param>
/// <param name="cancellationToken">Cancelled when the application stops.</param>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>The arguments: strings, or values that are known when the application runs.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>The resource that the process belongs to.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Cancelled when the application stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}
