using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WorkflowAspire.LocalHosting.Choices;
using WorkflowAspire.LocalHosting.Data;
using WorkflowAspire.LocalHosting.Processes;

namespace WorkflowAspire.LocalHosting.Supervision;

/// <summary>Starts all resources in their order and stops them in reverse.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model, IConfiguration configuration, AppHostFacts facts, DistributedApplicationExecutionContext execution,
    ResourceNotificationService notifications, ResourceLoggerService logs) : IAsyncDisposable
{
    /// <summary>What the AppHost says that concerns no single resource is in the log of this name.</summary>
    public const string OwnLog = "apphost";

    private readonly Dictionary<IResource, Decision> _decisions = [];
    private readonly List<Supervisor> _supervisors = [];
    private DataFolder? _data;
    private Guard? _guard;
    private ProjectChoice? _projects;
    private readonly Lock _gate = new();
    private Task? _stopping;

    /// <summary>What was decided for each resource, in the order in which the AppHost added them.</summary>
    public IEnumerable<(IResource Resource, Decision Decision)> Decisions =>
        model.Resources.Where(_decisions.ContainsKey).Select(resource => (resource, _decisions[resource]));

    public string? DataPath => _data?.Path;

    /// <summary>Decides what serves each resource and lets them come up; throws when one can't be served.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        _data = DataFolder.Open(configuration, facts.Directory, isTest: configuration.GetValue<bool>("Local:Test"));
        _guard = Guard.Start(Say);
        var register = new ChildRegister(_data, _guard);
        await register.ReapAsync(Say, ct).ConfigureAwait(false);
        _ = StartOrder.Of([.. model.Resources]);
        await DecideAsync(_data, ct).ConfigureAwait(false);

        AppDomain.CurrentDomain.ProcessExit += KillAll;
        foreach (var plan in _decisions.Values.SelectMany(decision => decision.Processes))
        {
            await notifications.PublishUpdateAsync(plan.Resource, plan.Id, snapshot => snapshot with { State = KnownResourceStates.NotStarted }).ConfigureAwait(false);
            _supervisors.Add(new Supervisor(plan, register, notifications, logs));
        }

        ct.ThrowIfCancellationRequested();
        foreach (var supervisor in _supervisors) supervisor.Start();
    }

    /// <summary>Waits until every process is healthy.</summary>
    public Task WaitUntilHealthyAsync(CancellationToken ct) =>
        Task.WhenAll(_supervisors.Select(supervisor => notifications.WaitForResourceHealthyAsync(supervisor.Plan.Id, ct)));

    /// <summary>What is not healthy yet, and how it is.</summary>
    public IEnumerable<string> Unready()
    {
        foreach (var id in _supervisors.Select(supervisor => supervisor.Plan.Id))
        {
            if (!notifications.TryGetCurrentState(id, out var change) || change.Snapshot.HealthStatus == HealthStatus.Healthy) continue;
            var seen = change.Snapshot.HealthReports.FirstOrDefault()?.Description;
            yield return seen is null ? $"{id} ({change.Snapshot.State?.Text})" : $"{id} ({change.Snapshot.State?.Text}, {seen})";
        }
    }

    /// <summary>The processes of a resource, or one of them.</summary>
    public IReadOnlyList<Supervisor> Find(string nameOrId) =>
        [.. _supervisors.Where(supervisor => supervisor.HasProcess && (Matches(supervisor.Plan.Resource.Name, nameOrId) || Matches(supervisor.Plan.Id, nameOrId)))];

    /// <summary>Stops everything, what needs others first; <paramref name="impatience"/> kills what still runs.</summary>
    public Task StopAsync(CancellationToken impatience)
    {
        // Who asks again waits for the same stop.
        lock (_gate) return _stopping ??= StopAllAsync(impatience);
    }

    /// <summary>Kills everything and ends this process: someone asked a second time.</summary>
    public void Abandon()
    {
        KillAll(this, EventArgs.Empty);
        Environment.Exit(130);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        AppDomain.CurrentDomain.ProcessExit -= KillAll;
        foreach (var supervisor in _supervisors) supervisor.Dispose();
        foreach (var resource in model.Resources) logs.Complete(resource);
        _projects?.Dispose();
        if (Interlocked.Exchange(ref _guard, null) is { } guard) await guard.DisposeAsync().ConfigureAwait(false);
        _data?.Dispose();
    }

    private async Task StopAllAsync(CancellationToken impatience)
    {
        foreach (var group in StartOrder.Of([.. _decisions.Keys]).Reverse())
        {
            var members = _supervisors.Where(supervisor => group.Contains(supervisor.Plan.Resource)).Reverse().ToLookup(supervisor => supervisor.Plan.Resource is ProjectResource);
            // Projects drain at the same time, while their servers are still up; servers end one by one, Redis last.
            await Task.WhenAll(members[true].Select(supervisor => supervisor.StopAsync(impatience))).ConfigureAwait(false);
            foreach (var server in members[false]) await server.StopAsync(impatience).ConfigureAwait(false);
        }
    }

    private async Task DecideAsync(DataFolder data, CancellationToken ct)
    {
        var endpoints = new EndpointAllocation(configuration, new Ports(), logs);
        var redis = new RedisChoice(configuration, facts, data, endpoints);
        var postgres = new PostgresChoice(configuration, data, endpoints);
        _projects = new ProjectChoice(endpoints, execution);
        foreach (var resource in model.Resources)
        {
            switch (resource)
            {
                case RedisResource server:
                    _decisions[server] = redis.Decide(server);
                    break;
                case PostgresServerResource server:
                    var databases = model.Resources.OfType<PostgresDatabaseResource>().Where(database => database.Parent == server).ToList();
                    var decision = await postgres.DecideAsync(server, databases, ct).ConfigureAwait(false);
                    _decisions[server] = decision with { Processes = [.. decision.Processes.Where(plan => plan.Resource == server)] };
                    foreach (var database in databases)
                        _decisions[database] = new Decision("database", $"in {server.Name}") { Endpoint = "", Processes = [.. decision.Processes.Where(plan => plan.Resource == database)] };
                    break;
                case ProjectResource project:
                    _decisions[project] = _projects.Decide(project);
                    break;
                case ParameterResource or PostgresDatabaseResource:
                    break;
                default:
                    throw new DistributedApplicationException($"The local backend can't run '{resource.Name}', a {resource.GetType().Name}; run with -p:Hosting=aspire, or leave it out.");
            }
        }
    }

    private void Say(string text) => logs.Write(OwnLog, text, isError: false);

    private static bool Matches(string name, string nameOrId) => string.Equals(name, nameOrId, StringComparison.OrdinalIgnoreCase);

    private void KillAll(object? sender, EventArgs e)
    {
        foreach (var supervisor in _supervisors) supervisor.Kill();
    }
}
