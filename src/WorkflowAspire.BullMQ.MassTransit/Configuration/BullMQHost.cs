using MassTransit;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.MassTransit.Testing;

namespace WorkflowAspire.BullMQ.MassTransit.Configuration;

/// <summary>Where the queues of a bus are. Shared by its rider and its producers; known once the bus is built.</summary>
internal sealed class BullMQHost
{
    private readonly Lock _gate = new();
    private IConnectionMultiplexer? _given;
    private string? _configuration;
    private Task<IConnectionMultiplexer>? _own;

    public string Prefix { get; set; } = "bull";

    public TimeProvider Time { get; private set; } = TimeProvider.System;

    /// <summary>The queues of a test that has no Redis; null with Redis.</summary>
    public InMemoryQueues? InMemory { get; private set; }

    /// <summary>Whether Redis can be reached now, as far as it is known.</summary>
    public bool IsConnected => InMemory is not null || (_given ?? (_own is { IsCompletedSuccessfully: true } own ? own.Result : null)) is { IsConnected: true };

    public void Use(IConnectionMultiplexer redis)
    {
        ThrowIfGiven();
        _given = redis;
    }

    public void Use(string configuration)
    {
        ThrowIfGiven();
        _configuration = configuration;
    }

    /// <summary>Takes from the container what was not given otherwise.</summary>
    public void CompleteFrom(IServiceProvider container)
    {
        Time = container.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;
        InMemory = container.GetService(typeof(InMemoryQueues)) as InMemoryQueues;
        if (InMemory is not null) return;
        if (_configuration is null) _given ??= container.GetService(typeof(IConnectionMultiplexer)) as IConnectionMultiplexer;
        if (_configuration is null && _given is null)
            throw new ConfigurationException("The BullMQ rider has no Redis: register an IConnectionMultiplexer in the container, or name one with bullmq.Host(…).");
    }

    /// <summary>The connection of all queues; the rider's own is opened when it is first asked for, and again after a stop.</summary>
    public Task<IConnectionMultiplexer> ConnectAsync()
    {
        if (_given is { } given) return Task.FromResult(given);
        lock (_gate)
        {
            if (_own is null or { IsFaulted: true } or { IsCanceled: true }) _own = OpenAsync(_configuration ?? throw new InvalidOperationException("The bus is not built yet."));
            return _own;
        }
    }

    /// <summary>Closes the connection that was opened here; one that was given stays open.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _own, null) is not { } own) return;
        await ((Task)own).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (own.IsCompletedSuccessfully) await own.Result.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<IConnectionMultiplexer> OpenAsync(string configuration)
    {
        var options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = false;
        return await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
    }

    private void ThrowIfGiven()
    {
        if (_given is not null || _configuration is not null) throw new ConfigurationException("The BullMQ rider's host was given already; call bullmq.Host(…) once.");
    }
}
