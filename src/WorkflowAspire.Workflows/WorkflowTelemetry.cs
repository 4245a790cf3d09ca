using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkflowAspire.Workflows;

/// <summary>What workflows report to OpenTelemetry.</summary>
public sealed class WorkflowTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string SourceName = "WorkflowAspire.Workflows";

    internal static readonly ActivitySource Source = new(SourceName);

    // From a quick step to the longest run that a worker would wait for.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
    };

    private readonly Histogram<double> _runDuration;
    private readonly Histogram<double> _stepDuration;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _stepEvents;
    private readonly Counter<long> _repairs;

    /// <summary>Creates the instruments.</summary>
    public WorkflowTelemetry(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(SourceName);
        _runDuration = meter.CreateHistogram("workflow.run.duration", "s", "Duration of one attempt of a run.", advice: Seconds);
        _stepDuration = meter.CreateHistogram("workflow.step.duration", "s", "Duration of one step, its retries included.", advice: Seconds);
        _deadLettered = meter.CreateCounter<long>("workflow.dlq.jobs", "{job}", "Jobs moved to the dead letter queue.");
        _stepEvents = meter.CreateCounter<long>("workflow.step.events", "{event}", "Retries, timeouts, circuit changes and rejections of steps.");
        _repairs = meter.CreateCounter<long>("workflow.reconciler.repairs", "{run}", "Runs that had come apart from their jobs and were repaired.");
    }

    /// <summary>An attempt of a run has ended.</summary>
    /// <param name="workflow">The workflow's name.</param>
    /// <param name="status">How it ended, in lower case: completed, failed and so on.</param>
    /// <param name="duration">How long it took.</param>
    public void RunEnded(string workflow, string status, TimeSpan duration) =>
        _runDuration.Record(duration.TotalSeconds, new("workflow", workflow), new("status", status));

    /// <summary>A job was moved to the dead letter queue.</summary>
    /// <param name="workflow">The workflow's name.</param>
    public void JobDeadLettered(string workflow) => _deadLettered.Add(1, new KeyValuePair<string, object?>("workflow", workflow));

    /// <summary>A run that had come apart from its job was repaired.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="done">What was done about it.</param>
    public void RunReconciled(string found, string done) => _repairs.Add(1, new("found", found), new("done", done));

    /// <summary>Notes on an activity that it failed, and with which type of error: messages may hold what a run was given or a provider said.</summary>
    internal static void Failed(Activity? activity, Exception error) => activity?
        .SetStatus(ActivityStatusCode.Error)
        .AddEvent(new ActivityEvent("exception", tags: new ActivityTagsCollection { ["exception.type"] = error.GetType().FullName }));

    internal void StepEvent(string name, string? kind, string? endpoint) =>
        _stepEvents.Add(1, new("event", name), new("kind", kind), new("endpoint", endpoint));

    internal void StepEnded(string workflow, string step, string status, TimeSpan duration) =>
        _stepDuration.Record(duration.TotalSeconds, new("workflow", workflow), new("step", step), new("status", status));
}
