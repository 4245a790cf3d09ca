using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkflowAspire.LocalHosting;
using WorkflowAspire.LocalHosting.Publishing;
using WorkflowAspire.LocalHosting.Supervision;
using WorkflowAspire.LocalHosting.Testing;

namespace Aspire.Hosting;

/// <inheritdoc/>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly AppHostFacts _facts;
    private readonly TestRun? _test;

    /// <summary>Begins a description.</summary>
    /// <param name="args">The command line.</param>
    public DistributedApplicationBuilder(string[] args) : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>Begins a description.</summary>
    /// <param name="options">How the application is built.</param>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        _test = TestRun.Current;
        var assembly = options.AssemblyName is { } name ? Assembly.Load(name) : _test?.AppHost ?? Assembly.GetEntryAssembly();
        _facts = AppHostFacts.Of(assembly, options.ProjectDirectory);
        _host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = _test?.CommandLine(options.Args) ?? options.Args,
            ContentRootPath = _facts.Directory,
            EnvironmentName = System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Development,
            ApplicationName = assembly?.GetName().Name,
        });
        PublishRequest.Refuse(_host.Configuration);
        _host.Logging.SetMinimumLevel(LogLevel.Warning);

        Services.AddSingleton(_ => new ResourceNotificationService());
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<IHostLifetime, NoHostLifetime>();
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(_facts);
        Services.AddSingleton<Orchestrator>();
        Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<Orchestrator>()));
        Services.TryAddSingleton(TimeProvider.System);
    }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc/>
    public string AppHostDirectory => _facts.Directory;

    /// <inheritdoc/>
    public Assembly? AppHostAssembly => _facts.Assembly;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc/>
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    /// <inheritdoc/>
    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    /// <inheritdoc/>
    public DistributedApplication Build()
    {
        _test?.HandOver(this);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        var application = new DistributedApplication(_host.Build(), _test);
        _test?.Built(application);
        return application;
    }

    /// <summary>The AppHost itself decides when it ends; the host must not listen to signals as well.</summary>
    private sealed class NoHostLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
