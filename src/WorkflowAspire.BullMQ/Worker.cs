using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using WorkflowAspire.BullMQ.Processing;
using WorkflowAspire.BullMQ.Protocol;

namespace WorkflowAspire.BullMQ;

/// <summary>
/// Takes jobs from a BullMQ queue and processes them. Finished jobs are handed in and new ones taken in one script call;
/// while it is under way, more finish and share the next one. An idle worker blocks on the queue's marker.
/// </summary>
public sealed partial class Worker : IAsyncDisposable
{
    private const int HandInPerCall = 500;
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRateLimitWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GraceAfterCancel = TimeSpan.FromSeconds(2);

    private readonly JobProcessor _processor;
    private readonly IConnectionMultiplexer _redis;
    private readonly WorkerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly QueueKeys _keys;
    private readonly Outage _outage;
    private readonly Exchange _exchange;
    private readonly Settlement _settlement;
    private readonly LockRenewal _locks;
    private readonly StalledCheck _stalledCheck;

    private readonly ConcurrentQueue<FinishedJob> _finished = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _closing = new();
    // Set when a close has waited long enough, Redis or no Redis.
    private readonly CancellationTokenSource _givenUp = new();
    private readonly Lock _closeGate = new();
    private int _running;
    private bool _mayHaveJobs = true;
    private bool _repeats;
    private Marker? _marker;
    private Task? _idleWait;
    private Task? _loop;
    private Task? _checks;
    private Task? _closed;

    /// <summary>Prepares a worker; <see cref="StartAsync"/> starts it.</summary>
    /// <param name="queueName">The queue to take jobs from.</param>
    /// <param name="processor">What to do with a job.</param>
    /// <param name="redis">The connection for scripts; the worker opens two more, to wait on and to renew locks.</param>
    /// <param name="options">Concurrency, locks and so on; null for BullMQ's defaults.</param>
    /// <param name="logger">Where outages, stalled jobs and lost locks are told; null for nowhere.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The queue's name or an option is not valid, or Redis is a cluster and the prefix has no hash tag; the message names it.</exception>
    public Worker(
        string queueName, JobProcessor processor, IConnectionMultiplexer redis, WorkerOptions? options = null, ILogger<Worker>? logger = null, TimeProvider? timeProvider = null)
    {
        QueueKeys.Validate(queueName, nameof(queueName));
        ArgumentNullException.ThrowIfNull(processor);
        ArgumentNullException.ThrowIfNull(redis);
        (_processor, _redis, _options, _time) = (processor, redis, options ?? new WorkerOptions(), timeProvider ?? TimeProvider.System);
        _options.Validate();
        _logger = logger ?? NullLogger<Worker>.Instance;
        QueueName = queueName;
        _keys = new QueueKeys(_options.Prefix, queueName);
        _keys.ValidateSlot(redis);
        _outage = new Outage(_logger, queueName);
        var connection = new QueueConnection(_keys, redis.GetDatabase(), _time);
        _exchange = new Exchange(connection, _options, _logger);
        _settlement = new Settlement(connection, _options, _outage, _logger, _givenUp.Token);
        _locks = new LockRenewal(_keys, _options, _time, _outage, _logger);
        _stalledCheck = new StalledCheck(connection, _options, _outage, _logger);
    }

    /// <summary>The queue this worker takes jobs from.</summary>
    public string QueueName { get; }

    /// <summary>Whether the worker takes or finishes jobs.</summary>
    public bool IsRunning => _loop is { IsCompleted: false } && !_givenUp.IsCancellationRequested;

    /// <summary>Opens the worker's own connections and begins to take jobs in the background. A Redis that is not there yet is waited for.</summary>
    /// <remarks>
    /// Locks are renewed whatever the thread pool does. For that, StackExchange.Redis is told to read with threads of its own
    /// (its process-wide feature flag <c>DedicatedThreads</c>), which every connection that is opened from then on does too.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The worker was started before.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        if (_loop is not null) throw new InvalidOperationException($"The worker of queue '{QueueName}' was started already.");
        _marker = await Marker.ConnectAsync(_keys, _redis, _options, _time).WaitAsync(ct).ConfigureAwait(false);
        await _locks.StartAsync(_redis).WaitAsync(ct).ConfigureAwait(false);
        _loop = Task.Run(LoopAsync, CancellationToken.None);
        _checks = Task.Run(() => _stalledCheck.RunAsync(_closing.Token), CancellationToken.None);
    }

    /// <summary>
    /// Takes no more jobs and waits for the running ones. What still runs after <paramref name="timeout"/> is cancelled and
    /// handed back: another worker takes it next, and it loses no attempt.
    /// </summary>
    /// <param name="timeout">How long to wait; null for as long as it takes.</param>
    public Task CloseAsync(TimeSpan? timeout = null)
    {
        lock (_closeGate) return _closed ??= CloseOnceAsync(timeout);
    }

    /// <summary>Closes the worker and waits for its running jobs.</summary>
    public ValueTask DisposeAsync() => new(CloseAsync());

    private bool IsClosing => _closing.IsCancellationRequested;

    private async Task CloseOnceAsync(TimeSpan? timeout)
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_loop is null)
        {
            await _locks.DisposeAsync().ConfigureAwait(false);
            return;
        }

        Wake();
        if (timeout is not { } limit) await _loop.ConfigureAwait(false);
        else if (!await EndsWithinAsync(_loop, limit).ConfigureAwait(false)) await ReturnRunningJobsAsync().ConfigureAwait(false);
        await _givenUp.CancelAsync().ConfigureAwait(false);
        await _checks!.ConfigureAwait(false);
        await _marker!.DisposeAsync().ConfigureAwait(false);
        await _locks.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReturnRunningJobsAsync()
    {
        var running = _locks.Jobs.ToArray();
        foreach (var active in running) active.Return();
        if (await EndsWithinAsync(_loop!, GraceAfterCancel).ConfigureAwait(false)) return;
        // These don't listen to their token. Their jobs go back all the same, and what they return is refused.
        _givenUp.CancelAfter(GraceAfterCancel);
        foreach (var active in _locks.Jobs.ToArray())
        {
            _locks.Release(active);
            await SettleAsync(active, () => _settlement.HandBackAsync(active)).ConfigureAwait(false);
            Abandoned(_logger, active.Job.Id, active.Job.Name);
        }
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit)
    {
        try
        {
            await task.WaitAsync(limit, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {jobId} ({name}) ignored its cancellation and was handed back while it still runs")]
    private static partial void Abandoned(ILogger logger, string jobId, string name);
}
