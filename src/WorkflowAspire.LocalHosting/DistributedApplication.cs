using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowAspire.LocalHosting;
using WorkflowAspire.LocalHosting.Output;
using WorkflowAspire.LocalHosting.Supervision;
using WorkflowAspire.LocalHosting.Testing;

namespace Aspire.Hosting;

/// <summary>An application that is made of several processes.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TestRun? _test;
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStarted;

    /// <summary>Makes an application of its services.</summary>
    /// <param name="host">The services.</param>
    public DistributedApplication(IHost host) : this(host, test: null)
    {
    }

    internal DistributedApplication(IHost host, TestRun? test)
    {
        _host = host;
        _test = test;
    }

    /// <summary>The AppHost's own services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>How the resources are and how they change.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Starts, stops and restarts single resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    private Orchestrator Orchestrator => Services.GetRequiredService<Orchestrator>();

    private IHostApplicationLifetime Lifetime => Services.GetRequiredService<IHostApplicationLifetime>();

    /// <summary>Begins the description of an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Begins the description of an application.</summary>
    /// <param name="args">The command line.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => CreateBuilder(new DistributedApplicationOptions { Args = args });

    /// <summary>Begins the description of an application.</summary>
    /// <param name="options">How the application is built.</param>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        if (TestRun.Current is null) PlainErrors.Install();
        return new DistributedApplicationBuilder(options);
    }

    /// <summary>Starts the application; its resources come up in their order while this returns.</summary>
    /// <param name="cancellationToken">Ends the start.</param>
    public virtual async Task StartAsync(CancellationToken cancellationToken = default)
    {
        _isStarted = true;
        await _host.StartAsync(cancellationToken).ConfigureAwait(false);
        await Orchestrator.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops all resources, each before those that it needs.</summary>
    /// <param name="cancellationToken">Ends the patience: what still runs is killed.</param>
    public virtual async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await Orchestrator.StopAsync(cancellationToken).ConfigureAwait(false);
        await _host.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs the application until it is told to stop.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>Runs the application until it is told to stop.</summary>
    /// <param name="cancellationToken">Tells it to stop.</param>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (_test is not null)
        {
            // The test starts and stops the application; the AppHost's own thread only stands by.
            await _disposed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        using var signals = new StopSignals(Lifetime.StopApplication, Orchestrator.Abandon);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Lifetime.ApplicationStopping);
        var console = new ConsoleOutput(Services, Orchestrator);
        await using var _ = this.ConfigureAwait(false);
        try
        {
            await StartAsync(stopping.Token).ConfigureAwait(false);
            await console.ShowUntilAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to stop: what was started is stopped below.
        }
        catch (DistributedApplicationException problem)
        {
            PlainErrors.Report(problem);
        }

        await StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (_disposed.Task.IsCompleted) return;
        if (_isStarted) await StopAsync().ConfigureAwait(false);
        await Orchestrator.DisposeAsync().ConfigureAwait(false);
        _disposed.TrySetResult();
        if (_host is IAsyncDisposable host) await host.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
