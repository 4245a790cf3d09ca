using Microsoft.Extensions.Options;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Worker.DeadLetters;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Worker.Execution;

/// <summary>The BullMQ worker of the execution queue, as long as the host runs.</summary>
internal sealed class ExecutionWorker : IHostedService, IAsyncDisposable
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
            DeadLetter = new DeadLetterOptions { QueueName = ExecutionQueue.DeadLetterName, Create = deadLetters.Create },
            OnFailed = failures.RecordAsync,
        }, logger, time);
    }

    public bool IsRunning => _worker.IsRunning;

    public Task StartAsync(CancellationToken cancellationToken) => _worker.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _worker.CloseAsync(_options.StopTimeout);

    public ValueTask DisposeAsync() => new(_worker.CloseAsync(TimeSpan.Zero));
}
