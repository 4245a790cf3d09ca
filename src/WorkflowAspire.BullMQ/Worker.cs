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
    private readonly Exchange _idle;
    private readonly Settlement _settlement;
    private readonly Iterations _iterations;
    private readonly Starts _starts;
    private readonly LockRenewal _locks;
    private readonly StalledCheck _stalledCheck;

    private readonly ConcurrentQueue<FinishedJob> _finished = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(OneSignal);
    private readonly Channel<bool> _wakeSecond = Channel.CreateBounded<bool>(OneSignal);
    private readonly Lock _planGate = new();
    private readonly Lock _sending = new();
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
        _iterations = new Iterations(_connection, _options, _outage, _logger);
        _lanes = [new Lane(NewExchange()), new Lane(NewExchange())];
        _idle = NewExchange();
        _starts = new Starts(Begin, Wake);
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

    private Exchange NewExchange() => new(_connection, _options, _settlement, _iterations, _notifications, _logger);
}
