using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkflowAspire.LocalHosting.Data;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Supervision;

/// <summary>Keeps one process of a resource running: waits for what it needs, starts it, watches its health, starts it again.</summary>
internal sealed class Supervisor(ProcessPlan plan, ChildRegister register, ResourceNotificationService notifications, ResourceLoggerService logs) : IDisposable
{
    private const string ProcessId = "executable.pid";
    private const int OftenFailed = 3;

    private static readonly TimeSpan WellForAWhile = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookWhenWell = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookWhenNot = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Backoff _backoff = new();
    private CancellationTokenSource _stop = new();
    private Task _life = Task.CompletedTask;
    private ChildProcess? _child;

    public ProcessPlan Plan => plan;

    public bool HasProcess => plan.Start is not null;

    // Without a report a resource would count as healthy, and what waits for it would start.
    private ImmutableArray<HealthReportSnapshot> NotAskedYet => Report(HealthStatus.Unhealthy, "not asked yet");

    /// <summary>Starts the process and keeps it running; does nothing while it is.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (!_life.IsCompleted) return;
            _stop.Dispose();
            _stop = new CancellationTokenSource();
            var stop = _stop.Token;
            _life = Task.Run(() => LiveAsync(stop), CancellationToken.None);
        }
    }

    /// <summary>Stops the process; it stays stopped.</summary>
    public async Task StopAsync(CancellationToken impatience = default)
    {
        Task life;
        lock (_gate)
        {
            life = _life;
            _stop.Cancel();
        }

        using var kill = impatience.Register(() => _child?.Kill());
        await life.ConfigureAwait(false);
    }

    /// <summary>Ends the process at once.</summary>
    public void Kill()
    {
        _stop.Cancel();
        _child?.Kill();
    }

    public void Dispose() => _stop.Dispose();

    private async Task LiveAsync(CancellationToken stop)
    {
        try
        {
            await WaitForNeedsAsync(stop).ConfigureAwait(false);
            if (!HasProcess)
            {
                await Publish(snapshot => snapshot with { State = KnownResourceStates.Running, HealthReports = NotAskedYet }).ConfigureAwait(false);
                await WatchHealthAsync(stop).ConfigureAwait(false);
            }

            while (!stop.IsCancellationRequested && HasProcess) await RunOnceAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped before it ran, or between two runs.
        }

        await Publish(snapshot => snapshot with
        {
            State = KnownResourceStates.Exited,
            StopTimeStamp = snapshot.State?.Text == KnownResourceStates.Exited ? snapshot.StopTimeStamp : DateTime.UtcNow,
        }).ConfigureAwait(false);
    }

    private async Task WaitForNeedsAsync(CancellationToken stop)
    {
        await Publish(snapshot => snapshot with { State = KnownResourceStates.Waiting }).ConfigureAwait(false);
        foreach (var wait in plan.Resource.Annotations.OfType<WaitAnnotation>())
        {
            if (wait.WaitType == WaitType.WaitUntilHealthy) await notifications.WaitForResourceHealthyAsync(wait.Resource.Name, stop).ConfigureAwait(false);
            else await notifications.WaitForResourceAsync(wait.Resource.Name, KnownResourceStates.Running, stop).ConfigureAwait(false);
        }

        if (plan.Resource is IResourceWithParent child) await notifications.WaitForResourceHealthyAsync(child.Parent.Name, stop).ConfigureAwait(false);
    }

    private async Task RunOnceAsync(CancellationToken stop)
    {
        await Publish(snapshot => snapshot with { State = KnownResourceStates.Starting }).ConfigureAwait(false);
        ChildProcess child;
        try
        {
            var start = await plan.Start!(stop).ConfigureAwait(false);
            child = ChildProcess.Start(start, (line, isError) => logs.Write(plan.Id, line, isError, plan.Resource.Name));
        }
        catch (Exception error)
        {
            stop.ThrowIfCancellationRequested();
            await Publish(snapshot => snapshot with { State = KnownResourceStates.FailedToStart }).ConfigureAwait(false);
            await WaitBeforeNextAsync($"could not be started: {error.Message}", stop).ConfigureAwait(false);
            return;
        }

        using (child)
        {
            _child = child;
            register.Add(plan.Id, child.Id, plan.Signal, isService: plan.Resource is ProjectResource);
            var exitCode = await SuperviseAsync(child, stop).ConfigureAwait(false);
            register.Remove(child.Id);
            _child = null;
            await Publish(snapshot => snapshot with
            {
                State = KnownResourceStates.Exited,
                ExitCode = exitCode,
                StopTimeStamp = DateTime.UtcNow,
                HealthReports = [],
                Properties = [],
            }).ConfigureAwait(false);
            if (!stop.IsCancellationRequested)
                await WaitBeforeNextAsync(string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}"), stop).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the exit code, whether the process ended by itself or was stopped.</summary>
    private async Task<int> SuperviseAsync(ChildProcess child, CancellationToken stop)
    {
        await Publish(snapshot => snapshot with
        {
            State = KnownResourceStates.Running,
            ExitCode = null,
            StartTimeStamp = DateTime.UtcNow,
            StopTimeStamp = null,
            Urls = [.. plan.Urls],
            Properties = [new ResourcePropertySnapshot(ProcessId, child.Id)],
            HealthReports = NotAskedYet,
        }).ConfigureAwait(false);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var health = WatchHealthAsync(ended.Token);
        var stopped = new TaskCompletionSource();
        using (stop.Register(stopped.SetResult))
        {
            await Task.WhenAny(child.Exited, stopped.Task).ConfigureAwait(false);
        }

        await ended.CancelAsync().ConfigureAwait(false);
        try
        {
            await health.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The process ended while it was asked how it is.
        }

        if (!child.Exited.IsCompleted) await StopChildAsync(child).ConfigureAwait(false);
        return await child.Exited.ConfigureAwait(false);
    }

    private async Task StopChildAsync(ChildProcess child)
    {
        await Publish(snapshot => snapshot with { State = KnownResourceStates.Stopping }).ConfigureAwait(false);
        if (await child.StopAsync(plan.Signal, plan.Grace).ConfigureAwait(false)) Say($"stopped, exit code {child.Exited.Result}");
        else Say(string.Create(CultureInfo.InvariantCulture, $"did not stop in {plan.Grace.TotalSeconds:0} s and was killed"));
    }

    private async Task WaitBeforeNextAsync(string what, CancellationToken stop)
    {
        var wait = _backoff.Next();
        Say(string.Create(CultureInfo.InvariantCulture, $"{plan.Id} {what}; starting it again in {wait.TotalSeconds:0} s"));
        if (_backoff.Failures >= OftenFailed)
            Say(string.Create(CultureInfo.InvariantCulture, $"{plan.Id} has failed {_backoff.Failures} times in a row; its last lines above say why"));
        await Task.Delay(wait, stop).ConfigureAwait(false);
    }

    private async Task WatchHealthAsync(CancellationToken ct)
    {
        HealthStatus? last = null;
        long? wellSince = null;
        while (true)
        {
            var (status, description) = await CheckAsync(ct).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            if (status != last)
            {
                if (last == HealthStatus.Healthy) Say($"{plan.Id} is not healthy: {description}");
                await Publish(snapshot => snapshot with { HealthReports = Report(status, description) }).ConfigureAwait(false);
            }

            last = status;
            wellSince = status == HealthStatus.Healthy ? wellSince ?? Stopwatch.GetTimestamp() : null;
            if (wellSince is { } since && Stopwatch.GetElapsedTime(since) > WellForAWhile) _backoff.Reset();
            await Task.Delay(status == HealthStatus.Healthy ? LookWhenWell : LookWhenNot, ct).ConfigureAwait(false);
        }
    }

    private async Task<(HealthStatus Status, string? Description)> CheckAsync(CancellationToken ct)
    {
        if (plan.Check is null) return (HealthStatus.Healthy, null);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            await plan.Check(patience.Token).ConfigureAwait(false);
            return (HealthStatus.Healthy, null);
        }
        catch (Exception error)
        {
            // Whatever was thrown, a check that was called off says nothing about health.
            ct.ThrowIfCancellationRequested();
            return (HealthStatus.Unhealthy, error is OperationCanceledException ? "no answer in 5 s" : error.Message);
        }
    }

    private ImmutableArray<HealthReportSnapshot> Report(HealthStatus status, string? description) =>
        [new HealthReportSnapshot(plan.Id, status, description, null)];

    private Task Publish(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => notifications.PublishUpdateAsync(plan.Resource, plan.Id, change);

    private void Say(string text) => logs.Write(plan.Id, text, isError: false, plan.Resource.Name);
}
