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
    private const int ConcurrencyForTwoLanes = 32;
    // Whoever wakes the loop goes on as the loop: a job that comes to an idle worker changes threads once less.
    private static readonly BoundedChannelOptions OneSignal = new(1) { FullMode = BoundedChannelFullMode.DropWrite, AllowSynchronousContinuations = true };
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GraceAfterCancel = TimeSpan.FromSeconds(2);

    private readonly JobProcessor? _processor;
    private readonly IConnectionMultiplexer _redis;
    private readonly WorkerOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly QueueKeys _keys;
    private readonly QueueConnection _connection;
    private readonly Notifications _notifications;
    private readonly Outage _outage;
    private readonly Lane[] _lanes;
    private readonly Settlement _settlement;
    private readonly Iterations _iterations;
    private readonly LockRenewal _locks;
    private readonly StalledCheck _stalledCheck;

    private readonly ConcurrentQueue<FinishedJob> _finished = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(OneSignal);
    private readonly Channel<bool> _wakeSecond = Channel.CreateBounded<bool>(OneSignal);
    private readonly Lock _planGate = new();
    private readonly CancellationTokenSource _closing = new();
    // Set when a close has waited long enough, Redis or no Redis.
    private readonly CancellationTokenSource _givenUp = new();
    private readonly Lock _closeGate = new();
    private int _running;
    private bool _mayHaveJobs = true;
    private bool _asksAgain;
    private Task<Marker>? _marker;
    private Task _renewing = Task.CompletedTask;
    private Task? _idleWait;
    private Task? _loop;
    private Task? _closed;

    /// <summary>Prepares a worker; <see cref="StartAsync"/> starts it.</summary>
    /// <param name="queueName">The queue to take jobs from.</param>
    /// <param name="processor">What to do with a job; null for a worker that is never started, whose program takes jobs with <see cref="GetNextJobAsync"/>.</param>
    /// <param name="redis">The connection for scripts; the worker opens two more, to wait on and to renew locks.</param>
    /// <param name="options">Concurrency, locks and so on; null for BullMQ's defaults.</param>
    /// <param name="logger">Where outages, stalled jobs and lost locks are told; null for nowhere.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">The queue's name or an option is not valid, or Redis is a cluster and the prefix has no hash tag; the message names it.</exception>
    public Worker(
        string queueName, JobProcessor? processor, IConnectionMultiplexer redis, WorkerOptions? options = null, ILogger<Worker>? logger = null, TimeProvider? timeProvider = null)
    {
        QueueKeys.Validate(queueName, nameof(queueName));
        ArgumentNullException.ThrowIfNull(redis);
        (_processor, _redis, _options, _time) = (processor, redis, options ?? new WorkerOptions(), timeProvider ?? TimeProvider.System);
        _options.Validate();
        _concurrency = _options.Concurrency;
        _logger = logger ?? NullLogger<Worker>.Instance;
        QueueName = queueName;
        _keys = new QueueKeys(_options.Prefix, queueName);
        _keys.ValidateSlot(redis);
        _notifications = new Notifications(_options, queueName, _logger);
        _outage = new Outage(_logger, queueName, _notifications);
        _connection = new QueueConnection(_keys, redis.GetDatabase(), _time);
        _settlement = new Settlement(_connection, _options, _outage, _notifications, _logger, _givenUp.Token);
        _iterations = new Iterations(_connection, _outage, _logger);
        _lanes = [NewLane(), NewLane()];
        _locks = new LockRenewal(_keys, _options, _time, _outage, _notifications, _logger);
        _stalledCheck = new StalledCheck(_connection, _options, _outage, _notifications, _logger);
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
    /// <exception cref="InvalidOperationException">The worker was started before, or has no processor.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        if (_marker is not null) throw new InvalidOperationException($"The worker of queue '{QueueName}' was started already.");
        if (_processor is null) throw new InvalidOperationException($"The worker of queue '{QueueName}' has no processor; its program takes jobs with {nameof(GetNextJobAsync)}.");
        if (!_options.SkipLockRenewal) _renewing = _locks.StartAsync(_redis);
        _marker = Marker.ConnectAsync(_keys, _redis, _options, _time);
        try
        {
            // Before any processor runs, which might occupy the threads that it takes to connect. The marker can come later: jobs that are
            // there already don't need it.
            await _renewing.WaitAsync(ct).ConfigureAwait(false);
            _loop = Task.Run(LoopAsync, CancellationToken.None);
            StartStalledCheckTimer();
            await _marker.WaitAsync(ct).ConfigureAwait(false);
        }
        catch
        {
            await CloseAsync(TimeSpan.Zero).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Takes no more jobs and waits for the running ones. What still runs after <paramref name="timeout"/> is cancelled and
    /// handed back: another worker takes it next, and it loses no attempt.
    /// </summary>
    /// <remarks>
    /// Where Redis can't be reached meanwhile, the worker gives up after the timeout. Jobs whose results Redis has not
    /// confirmed by then are told to the log; unless they were recorded they will be found stalled and processed again.
    /// </remarks>
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
        _notifications.Closing();
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_loop is { } loop)
        {
            Wake();
            if (timeout is not { } limit) await loop.ConfigureAwait(false);
            else if (!await EndsWithinAsync(loop, limit).ConfigureAwait(false)) await ReturnRunningJobsAsync().ConfigureAwait(false);
        }

        await _givenUp.CancelAsync().ConfigureAwait(false);
        await _checks.ConfigureAwait(false);
        await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_marker is { } marker) await LeaveAsync(marker).ConfigureAwait(false);
        await CloseManualAsync().ConfigureAwait(false);
        await _locks.DisposeAsync().ConfigureAwait(false);
        // Not for ever: it may be a listener that waits for this close.
        await EndsWithinAsync(_notifications.ClosedAsync(), GraceAfterCancel).ConfigureAwait(false);
    }

    private Lane NewLane() => new(new Exchange(_connection, _options, _settlement, _notifications, _logger));

    private static async Task LeaveAsync(Task<Marker> marker)
    {
        await ((Task)marker).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (marker.IsCompletedSuccessfully) await (await marker.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
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
