using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.DeadLetters;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Execution;

/// <summary>
/// The BullMQ worker of the execution queue, as long as the host runs. It stops before all else does: while its runs finish, HTTP still
/// tells that the process lives and isn't ready, runs can still be called off, and Redis and the database are there.
/// </summary>
internal sealed class ExecutionWorker : IHostedLifecycleService, IAsyncDisposable
{
    private readonly ExecutionOptions _options;
    private readonly BullMQ.Worker _worker;

    public ExecutionWorker(
        IConnectionMultiplexer redis,
        WorkflowExecutionProcessor processor,
        DeadLetterProducer deadLetters,
        FailedAttempts failures,
        IOptions<ExecutionOptions> options,
        TimeProvider time,
        ILogger<BullMQ.Worker> logger)
    {
        _options = options.Value;
        _worker = new BullMQ.Worker(ExecutionQueue.Name, processor.ProcessAsync, redis, new WorkerOptions
        {
            Concurrency = _options.Concurrency,
            LockDuration = _options.LockDuration,
            StalledInterval = _options.StalledInterval,
            MaxStalledCount = _options.MaxStalledCount,
            Name = _options.Name,
            RemoveOnComplete = KeepJobs.Count(100),
            RemoveOnFail = KeepJobs.All,
            // Outputs and errors are the tenants'.
            TraceOutcomes = false,
            DeadLetter = new DeadLetterOptions { QueueName = ExecutionQueue.DeadLetterName, Create = deadLetters.Create },
            OnFailed = failures.RecordAsync,
        }, logger, time);
    }

    public bool IsRunning => _worker.IsRunning;

    public Task StartAsync(CancellationToken cancellationToken) => _worker.StartAsync(cancellationToken);

    public Task StoppingAsync(CancellationToken cancellationToken) => _worker.CloseAsync(_options.StopTimeout);

    // Already done, unless the host was never told to stop.
    public Task StopAsync(CancellationToken cancellationToken) => _worker.CloseAsync(_options.StopTimeout);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => new(_worker.CloseAsync(TimeSpan.Zero));
}
