using System.Diagnostics;

namespace WorkflowAspire.BullMQ.Telemetry;

/// <summary>The activity of one thing that a program or a worker does with a queue, named as Node's package names it.</summary>
internal static class OperationActivity
{
    /// <param name="operation">What is done, for example <c>drain</c>.</param>
    /// <param name="queueName">The queue.</param>
    /// <param name="kind">Whether it brings jobs to where workers take them.</param>
    /// <param name="jobName">The name of the job that is added; null for anything else.</param>
    /// <returns>Null where nobody listens.</returns>
    public static Activity? Start(string operation, string queueName, ActivityKind kind = ActivityKind.Internal, string? jobName = null)
    {
        if (!BullMQTelemetry.Source.HasListeners()) return null;
        return Describe(BullMQTelemetry.Source.StartActivity(NameOf(operation, queueName, jobName), kind), operation, queueName);
    }

    /// <summary>Tells of a call that is over, in the trace of an attempt.</summary>
    /// <param name="operation">What was done.</param>
    /// <param name="queueName">The queue.</param>
    /// <param name="attempt">The attempt's activity; default for none, where nothing is told.</param>
    /// <param name="job">The job.</param>
    /// <param name="began">When the call was sent.</param>
    public static void Tell(string operation, string queueName, ActivityContext attempt, Job job, DateTimeOffset began)
    {
        if (attempt == default || !BullMQTelemetry.Source.HasListeners()) return;
        using var activity = Describe(BullMQTelemetry.Source.StartActivity($"{operation} {queueName}", ActivityKind.Internal, attempt, startTime: began), operation, queueName);
        activity?.SetTag(TelemetryAttributes.JobId, job.Id).SetTag(TelemetryAttributes.JobName, job.Name);
    }

    /// <summary>An activity in another trace than the current one; in that where <paramref name="parent"/> is none.</summary>
    public static Activity? StartWithin(
        ActivityContext parent, string operation, string queueName, ActivityKind kind = ActivityKind.Internal, string? jobName = null) => !BullMQTelemetry.Source.HasListeners()
        ? null
        : Describe(BullMQTelemetry.Source.StartActivity(NameOf(operation, queueName, jobName), kind, parent), operation, queueName);

    public static async Task<T> RunAsync<T>(string operation, string queueName, Func<Activity?, Task<T>> work, ActivityKind kind = ActivityKind.Internal)
    {
        using var activity = Start(operation, queueName, kind);
        try
        {
            return await work(activity).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Fail(activity, error);
            throw;
        }
    }

    public static Task RunAsync(string operation, string queueName, Func<Activity?, Task> work, ActivityKind kind = ActivityKind.Internal) =>
        RunAsync(operation, queueName, async activity =>
        {
            await work(activity).ConfigureAwait(false);
            return true;
        }, kind);

    public static void Fail(Activity? activity, Exception error) => activity?.SetStatus(ActivityStatusCode.Error, error.Message).AddException(error);

    // Several queues' together have no name.
    private static string NameOf(string operation, string queueName, string? jobName) =>
        queueName.Length == 0 ? operation : jobName is null ? $"{operation} {queueName}" : $"{operation} {queueName}.{jobName}";

    private static Activity? Describe(Activity? activity, string operation, string queueName) =>
        activity?.SetTag(TelemetryAttributes.QueueName, queueName).SetTag(TelemetryAttributes.QueueOperation, operation);
}
