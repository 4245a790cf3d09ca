using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Worker.Sweepers;

/// <summary>How long ended runs and failed jobs are kept; configuration section <c>Worker:Retention</c>.</summary>
internal sealed class RetentionOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Worker:Retention";

    /// <summary>How long after its end a completed run is deleted, with its steps.</summary>
    /// <value>Default null: kept for ever. So are the others.</value>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? CompletedAfter { get; set; }

    /// <summary>How long after its end a failed run is deleted. Its dead letter stays, but can't be replayed any more.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? FailedAfter { get; set; }

    /// <summary>How long after its end a cancelled run is deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? CancelledAfter { get; set; }

    /// <summary>How long after it failed for good a job of the execution queue is deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? FailedJobsAfter { get; set; }

    /// <summary>How long after it was put there a job of the dead letter queue is deleted. Its run stays as it is, but can't be replayed any more.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? DeadLettersAfter { get; set; }

    /// <summary>Runs deleted in one transaction.</summary>
    /// <value>Default 500.</value>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    /// <summary>How often old runs are looked for.</summary>
    /// <value>Default 1 hour; one worker does it for all.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "7.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);
}

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;
