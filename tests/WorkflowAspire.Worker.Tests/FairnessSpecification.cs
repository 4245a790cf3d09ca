using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using StackExchange.Redis;
using WorkflowAspire.BullMQ;
using WorkflowAspire.TestServers;
using WorkflowAspire.Worker.Fairness;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

/// <summary>Two workers, tenants with limits, and runs that count how many of them there are at the same time.</summary>
public abstract class FairnessSpecification(RedisServer redis) : WorkerSpecification(redis)
{
    private readonly Lock _counting = new();
    private readonly Dictionary<Guid, (int Now, int Most)> _running = [];
    private readonly List<WebApplication> _others = [];

    /// <summary>A tenant that may have two runs at the same time.</summary>
    protected Guid Busy { get; } = Guid.NewGuid();

    /// <summary>A tenant without limits.</summary>
    protected Guid Other { get; } = Guid.NewGuid();

    protected IDatabase Redis => Service<IConnectionMultiplexer>().GetDatabase();

    internal TenantLine Line => Service<TenantLine>();

    protected List<DateTimeOffset> Starts { get; } = [];

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        [$"Worker:Tenants:Overrides:{Busy}:MaxConcurrentRuns"] = "2",
        [$"Worker:Tenants:Overrides:{Limited}:RunsPerSecond"] = "20",
        [$"Worker:Tenants:Overrides:{Limited}:Burst"] = "5",
        ["Worker:Tenants:FallbackDelay"] = "00:00:30",
        ["Worker:Concurrency"] = "20",
    };

    /// <summary>A tenant that may start twenty runs a second, five at once.</summary>
    protected Guid Limited { get; } = Guid.NewGuid();

    protected int MostAtOnce(Guid tenant)
    {
        lock (_counting) return _running.TryGetValue(tenant, out var count) ? count.Most : 0;
    }

    protected int RunningNow(Guid tenant)
    {
        lock (_counting) return _running.TryGetValue(tenant, out var count) ? count.Now : 0;
    }

    /// <summary>Every run takes as long as <paramref name="work"/>.</summary>
    protected void RunsTake(Func<CancellationToken, Task> work) => Workflow.Run = async (context, ct) =>
    {
        Count(context.TenantId, +1);
        try
        {
            await work(ct);
            return JsonElement.Parse("{}");
        }
        finally
        {
            Count(context.TenantId, -1);
        }
    };

    protected async Task AnotherWorker()
    {
        var host = BuildHost();
        _others.Add(host);
        await host.StartAsync();
    }

    protected async Task<WorkflowRun> Submit(Guid tenant)
    {
        var run = await GivenRun(tenant: tenant);
        await Enqueue(run);
        return run;
    }

    /// <summary>Many runs at once; their jobs come after their rows, as one bulk.</summary>
    protected async Task<IReadOnlyList<WorkflowRun>> Submit(Guid tenant, int count)
    {
        var runs = new List<WorkflowRun>();
        for (var i = 0; i < count; i++) runs.Add(await GivenRun(tenant: tenant));
        await Execution.AddBulkAsync(runs.Select(run => new NewJob(
            "run", Encoding.UTF8.GetBytes($$"""{"runId":"{{run.Id}}","tenantId":"{{tenant}}","workflowId":"scripted","input":{} }"""), new JobOptions { JobId = run.Id.ToString(), Attempts = 3 })));
        return runs;
    }

    protected Task<long> ParkedOf(Guid tenant) => Redis.SortedSetLengthAsync(Line.Key(tenant, ":parked"));

    protected Task<long> PlacesOf(Guid tenant) => Redis.SortedSetLengthAsync(Line.Key(tenant));

    protected override async ValueTask DisposeOthersAsync()
    {
        foreach (var host in _others) await host.DisposeAsync();
    }

    private void Count(Guid tenant, int change)
    {
        lock (_counting)
        {
            if (change > 0) Starts.Add(DateTimeOffset.UtcNow);
            var (now, most) = _running.GetValueOrDefault(tenant);
            _running[tenant] = (now + change, Math.Max(most, now + change));
        }
    }
}
