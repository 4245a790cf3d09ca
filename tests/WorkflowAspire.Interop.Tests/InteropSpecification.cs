using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

/// <summary>One queue for each test, seen by our library and by both versions of Node's package.</summary>
public abstract class InteropSpecification : IAsyncDisposable
{
    private readonly Dictionary<int, NodeQueue> _nodeQueues = [];
    private readonly List<Worker> _workers = [];
    private readonly NodeProcess _node;

    protected InteropSpecification(InteropServers servers)
    {
        (Redis, _node) = (servers.Redis, servers.Node);
        Queue = new Queue($"q-{Guid.NewGuid():N}", Redis.Connection);
    }

    public static TheoryData<int> Versions { get; } = [6, 5];

    protected RedisServer Redis { get; }

    protected Queue Queue { get; }

    protected NodeQueue Node(int version)
    {
        if (!_nodeQueues.TryGetValue(version, out var queue)) _nodeQueues[version] = queue = NodeNamed(version, Queue.Name);
        return queue;
    }

    protected NodeQueue NodeNamed(int version, string name) => new(_node, Redis.Connection, version, name);

    protected Task<Job> Add(JobOptions? options = null, string data = """{"n":1}""") => Queue.AddAsync("work", Json.Bytes(data), options);

    protected Task<Worker> StartWorker(string how, WorkerOptions? options = null) =>
        StartWorker((job, _) => Task.FromResult(Processors.Run(how, job)), options);

    protected async Task<Worker> StartWorker(JobProcessor processor, WorkerOptions? options = null)
    {
        var worker = new Worker(Queue.Name, processor, Redis.Connection, options);
        Own(worker);
        await worker.StartAsync();
        return worker;
    }

    /// <summary>Closes the worker after the test.</summary>
    protected void Own(Worker worker) => _workers.Add(worker);

    protected async Task<Job> Reaches(string id, JobState state)
    {
        await Eventually.Get(() => Queue.GetJobStateAsync(id), now => now == state);
        return (await Queue.GetJobAsync(id))!;
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) await worker.CloseAsync(TimeSpan.FromSeconds(5));
        foreach (var queue in _nodeQueues.Values) await queue.CloseAsync();
        GC.SuppressFinalize(this);
    }
}
