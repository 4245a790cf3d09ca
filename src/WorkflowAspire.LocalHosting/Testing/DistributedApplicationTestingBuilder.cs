using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkflowAspire.LocalHosting.Testing;

namespace Aspire.Hosting.Testing;

/// <summary>Runs an AppHost for a test: free ports, a data folder that goes with it, nothing on the console.</summary>
/// <remarks>
/// Arguments win over that: <c>--DcpPublisher:RandomizePorts=false</c> keeps the AppHost's ports, <c>--Local:DataPath=…</c> keeps the data.
/// </remarks>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Begins a description that a test makes itself.</summary>
    /// <param name="args">The command line.</param>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        var run = new TestRun(Assembly.GetEntryAssembly());
        return new TestingBuilder(run, run.CreateBuilder(new DistributedApplicationOptions { Args = args }), isAppHost: false);
    }

    /// <summary>Runs the entry point of an AppHost until it builds its application.</summary>
    /// <typeparam name="TEntryPoint">A class of the AppHost's assembly: <c>Projects.*_AppHost</c>.</typeparam>
    /// <param name="cancellationToken">Ends the wait for the AppHost.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default) where TEntryPoint : class =>
        CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>Runs the entry point of an AppHost until it builds its application.</summary>
    /// <typeparam name="TEntryPoint">A class of the AppHost's assembly: <c>Projects.*_AppHost</c>.</typeparam>
    /// <param name="args">The command line.</param>
    /// <param name="cancellationToken">Ends the wait for the AppHost.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default) where TEntryPoint : class =>
        CreateAsync(typeof(TEntryPoint), args, cancellationToken);

    /// <summary>Runs the entry point of an AppHost until it builds its application.</summary>
    /// <param name="entryPoint">A class of the AppHost's assembly: <c>Projects.*_AppHost</c>.</param>
    /// <param name="cancellationToken">Ends the wait for the AppHost.</param>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, CancellationToken cancellationToken = default) =>
        CreateAsync(entryPoint, [], cancellationToken);

    /// <summary>Runs the entry point of an AppHost until it builds its application.</summary>
    /// <param name="entryPoint">A class of the AppHost's assembly: <c>Projects.*_AppHost</c>.</param>
    /// <param name="args">The command line.</param>
    /// <param name="cancellationToken">Ends the wait for the AppHost.</param>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args, CancellationToken cancellationToken = default)
    {
        var run = new TestRun(entryPoint.Assembly) { Arguments = args };
        return new TestingBuilder(run, await run.StartAsync(cancellationToken).ConfigureAwait(false), isAppHost: true);
    }

    private sealed class TestingBuilder(TestRun run, DistributedApplicationBuilder builder, bool isAppHost) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => builder.Configuration;

        public string AppHostDirectory => builder.AppHostDirectory;

        public Assembly? AppHostAssembly => builder.AppHostAssembly;

        public IHostEnvironment Environment => builder.Environment;

        public IServiceCollection Services => builder.Services;

        public DistributedApplicationExecutionContext ExecutionContext => builder.ExecutionContext;

        public IResourceCollection Resources => builder.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => builder.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => builder.CreateResourceBuilder(resource);

        public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) =>
            _application ??= isAppHost ? await run.BuildAsync(cancellationToken).ConfigureAwait(false) : builder.Build();

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

        public async ValueTask DisposeAsync()
        {
            run.Abandon();
            if (_application is not null) await _application.DisposeAsync().ConfigureAwait(false);
        }
    }
}
