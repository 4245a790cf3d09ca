using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.LocalHosting.Tests;

/// <summary>The sample AppHost, running inside the test process.</summary>
internal sealed class SampleApplication : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IDistributedApplicationTestingBuilder _builder;
    private readonly DistributedApplication _application;
    private readonly ConcurrentQueue<(string Id, string State)> _states = new();

    private SampleApplication(IDistributedApplicationTestingBuilder builder, DistributedApplication application)
    {
        _builder = builder;
        _application = application;
    }

    public DistributedApplication Application => _application;

    /// <summary>The states that the resources went through, in their order.</summary>
    public IReadOnlyList<(string Id, string State)> States => [.. _states];

    public static async Task<SampleApplication> StartAsync(params string[] args)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Sample_AppHost>(args);
        var sample = new SampleApplication(builder, await builder.BuildAsync());
        sample.RecordStates();
        try
        {
            await sample._application.StartAsync();
        }
        catch
        {
            await sample.DisposeAsync();
            throw;
        }

        return sample;
    }

    public static async Task<SampleApplication> StartHealthyAsync(params string[] args)
    {
        var sample = await StartAsync(args);
        foreach (var name in new[] { "redis", "workflow", "service", "caller" }) await sample.Healthy(name);
        return sample;
    }

    public Task<ResourceEvent> Healthy(string name) => Becomes(name, change => change.Snapshot.HealthStatus == HealthStatus.Healthy);

    public Task<ResourceEvent> Becomes(string name, Func<ResourceEvent, bool> state) =>
        _application.ResourceNotifications.WaitForResourceAsync(name, state).WaitAsync(Patience);

    public CustomResourceSnapshot Now(string name) =>
        _application.ResourceNotifications.TryGetCurrentState(name, out var state) ? state.Snapshot : throw new ArgumentException($"No resource {name}.");

    public int ProcessOf(string name) => ProcessOf(Now(name)) ?? throw new InvalidOperationException($"{name} has no process.");

    /// <summary>Kills a process and waits until another has taken its place.</summary>
    public async Task<int> KillAndRecover(string name)
    {
        var killed = ProcessOf(name);
        using (var process = Process.GetProcessById(killed)) process.Kill();
        var next = await Becomes(
            name, e => e.Snapshot.HealthStatus == HealthStatus.Healthy && ProcessOf(e.Snapshot) is { } id && id != killed);
        return ProcessOf(next.Snapshot)!.Value;
    }

    public async Task<string> Environment(string name, string variable)
    {
        using var client = _application.CreateHttpClient(name);
        return await client.GetStringAsync(new Uri($"/environment/{variable}", UriKind.Relative));
    }

    public async Task<IConnectionMultiplexer> ConnectToRedis() =>
        await ConnectionMultiplexer.ConnectAsync((await _application.GetConnectionStringAsync("redis"))!);

    public async Task<IReadOnlyList<string>> Log(string name)
    {
        var lines = new List<string>();
        await foreach (var batch in _application.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(name)) lines.AddRange(batch.Select(line => line.Content));
        return lines;
    }

    public Task LogHas(string name, string text) => Eventually.Get(() => Log(name), lines => lines.Any(line => line.Contains(text)), $"'{text}' in the log of {name}");

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        await _builder.DisposeAsync();
    }

    private static int? ProcessOf(CustomResourceSnapshot snapshot) =>
        snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value is { } id ? Convert.ToInt32(id, CultureInfo.InvariantCulture) : null;

    private void RecordStates() => Task.Run(async () =>
    {
        await foreach (var change in _application.ResourceNotifications.WatchAsync())
        {
            if (change.Snapshot.State is { } state) _states.Enqueue((change.ResourceId, state.Text));
        }
    });
}
