using System.Reflection;
using Aspire.Hosting;

namespace WorkflowAspire.LocalHosting.Testing;

/// <summary>Runs an AppHost's entry point for a test, which takes over its builder and then its application.</summary>
internal sealed class TestRun(Assembly? appHost)
{
    // Each test's run is its own, however many there are in the process.
    private static readonly AsyncLocal<TestRun?> Here = new();

    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static TestRun? Current => Here.Value;

    public Assembly? AppHost => appHost;

    /// <summary>The command line of the test, for an AppHost that doesn't pass its own on.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>A test's application leaves no traces and disturbs no other, unless its arguments say otherwise.</summary>
    public string[] CommandLine(string[]? args) => ["--Local:Test=true", "--DcpPublisher:RandomizePorts=true", .. args ?? Arguments];

    /// <summary>Runs the entry point until it builds its application.</summary>
    public async Task<DistributedApplicationBuilder> StartAsync(CancellationToken ct)
    {
        var main = appHost?.EntryPoint ?? throw new InvalidOperationException($"{appHost?.GetName().Name} has no entry point; give the type argument a class of the AppHost project, Projects.*_AppHost.");
        new Thread(() => Run(main)) { IsBackground = true, Name = $"entry point of {appHost.GetName().Name}" }.Start();
        return await _builder.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Begins a description on the test's own thread.</summary>
    public DistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options)
    {
        Here.Value = this;
        try
        {
            _goOn.TrySetResult();
            return new DistributedApplicationBuilder(options);
        }
        finally
        {
            Here.Value = null;
        }
    }

    /// <summary>The AppHost is ready to build: the test may change what it described, and this returns when it has.</summary>
    public void HandOver(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        _goOn.Task.GetAwaiter().GetResult();
    }

    public void Built(DistributedApplication application) => _application.TrySetResult(application);

    /// <summary>Lets the AppHost build.</summary>
    public async Task<DistributedApplication> BuildAsync(CancellationToken ct)
    {
        _goOn.TrySetResult();
        return await _application.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Ends an entry point that still waits for the test.</summary>
    public void Abandon() => _goOn.TrySetException(new OperationCanceledException("The test went on without building the application."));

    private void Run(MethodInfo main)
    {
        Here.Value = this;
        try
        {
            var ended = main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Arguments]);
            if (ended is Task task) task.GetAwaiter().GetResult();
            Fail(new InvalidOperationException("The AppHost ended without building an application."));
        }
        catch (TargetInvocationException error)
        {
            Fail(error.InnerException ?? error);
        }
        catch (Exception error) when (error is OperationCanceledException or DistributedApplicationException)
        {
            Fail(error);
        }
    }

    private void Fail(Exception error)
    {
        _builder.TrySetException(error);
        _application.TrySetException(error);
    }
}
