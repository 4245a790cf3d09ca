using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Worker.Execution;

/// <summary>How this worker takes runs; configuration section <c>Worker</c>. The defaults are the runbook's.</summary>
internal sealed class ExecutionOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Worker";

    /// <summary>The path where none is configured.</summary>
    public const ExecutionPath DefaultPath = ExecutionPath.MassTransit;

    /// <summary>Whether runs come to the processor straight from the queue or through MassTransit.</summary>
    /// <value>Default <see cref="ExecutionPath.MassTransit"/>, which adds some microseconds to a run. Read once at start.</value>
    public ExecutionPath Path { get; set; } = DefaultPath;

    /// <summary>Runs executed at the same time.</summary>
    /// <value>Default 100; the runbook's <c>WORKER_CONCURRENCY</c> overrides it. Read once at start.</value>
    [Range(1, 10_000)]
    public int Concurrency { get; set; } = 100;

    /// <summary>How long a run stays this worker's without a renewal.</summary>
    /// <value>Default 5 minutes, so that one slow LLM call never loses its run.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan LockDuration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often runs of vanished workers are looked for.</summary>
    /// <value>Default 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan StalledInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many times a run's worker may vanish before its job fails for good.</summary>
    /// <value>Default 3; Node's package has 1. A run that got on since it last happened begins to count anew.</value>
    [Range(0, 1000)]
    public int MaxStalledCount { get; set; } = 3;

    /// <summary>How long a run that this worker can't run is put back: some worker has published its workflow, or its definition was stored and can't be read here.</summary>
    /// <value>Default 10 minutes, so that a rollout may mix workers of two versions; zero to fail such runs at once.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan UnknownWorkflowGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a run is put off whose attempt could not go on because the database was away. It uses up no attempt.</summary>
    /// <value>Default 5 seconds; up to a fifth less or more.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan OutageDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How large an output may be, in bytes of UTF-8, that the run's job returns too; a larger one is in the database only.</summary>
    /// <value>Default 16,384; 0 to return none. In place of a larger one the job returns the run's id and the output's size.</value>
    [Range(0, int.MaxValue)]
    public int MaxReturnedOutput { get; set; } = 16_384;

    /// <summary>How long running runs may go on when the worker is told to stop; after that they are handed back.</summary>
    /// <value>Default 25 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How often runs are looked for that were accepted and never enqueued.</summary>
    /// <value>Default 15 seconds; a run is enqueued by the relay when it is older than this.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan RelayInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often unfinished runs are compared with their jobs; one worker does it for all.</summary>
    /// <value>Default 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan ReconcileInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The name under which the queue lists this worker.</summary>
    /// <value>Default: the machine's name and the process id.</value>
    public string Name { get; set; } = $"{Environment.MachineName}-{Environment.ProcessId}";
}

[OptionsValidator]
internal sealed partial class ExecutionOptionsValidator : IValidateOptions<ExecutionOptions>;
