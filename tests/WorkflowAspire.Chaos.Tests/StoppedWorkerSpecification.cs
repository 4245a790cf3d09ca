using System.Globalization;
using System.Net;
using System.Text.Json;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Chaos.Worker;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Dispatch;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Chaos.Tests;

/// <summary>The worker's process, told to stop in the middle of its runs.</summary>
public abstract class StoppedWorkerSpecification : IAsyncLifetime
{
    private const int Concurrency = 40;
    protected const int LongEach = 10;
    protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly List<WorkflowRun> _runs = [];
    private ChaosSystem _system = null!;

    /// <summary>What the workers have beside the settings of all.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    [Fact]
    public async Task It_hands_its_runs_back_and_the_next_worker_completes_all_of_them()
    {
        await GivenRuns(400);
        await using var worker = StartWorker("00:00:02");
        await IsUnderWay();

        worker.Signal("TERM");
        await worker.WaitForExitAsync().WaitAsync(Deadline);

        worker.ExitCode.ShouldBe(0);
        Messages(worker).SkipWhile(line => line.Message != "Worker stopping").ShouldContain(line => line.Message == "Worker stopped");
        Messages(worker).SkipWhile(line => line.Message != "Worker stopped").ShouldAllBe(line => !line.IsOfARun);
        Messages(worker).ShouldAllBe(line => line.Level == "information" || line.Level == "debug");
        var unfinished = await UnfinishedInTheirOrder();
        (await Execution.GetWaitingAsync()).Select(job => job.Id).ShouldBe(unfinished.Select(run => run.Id.ToString()));
        (await Execution.GetWaitingAsync()).ShouldAllBe(job => job.AttemptsMade == 0 && job.StalledCounter == 0);
        (await Execution.GetJobCountsAsync())[JobState.Active].ShouldBe(0);
        unfinished.ShouldAllBe(run => run.Status == RunStatus.Pending);
        unfinished.ShouldContain(run => run.Attempts == 1);

        await LetAllGo();
        await using var next = StartWorker("00:00:02");
        await Eventually.True(async () => (await _system.CompletionsAsync()).Count == _runs.Count);
        (await _system.CompletionsAsync()).Values.ShouldAllBe(times => times == 1);
        foreach (var run in unfinished.Where(run => run.Attempts > 0)) (await EffectsOf(run)).ShouldBeLessThanOrEqualTo(Steps + 1);
        foreach (var run in _runs.Except(unfinished, ById)) (await EffectsOf(run)).ShouldBe(Steps);
        next.Lines.ShouldNotContain(line => line.Contains("Recovering stale run", StringComparison.Ordinal));
    }

    public async ValueTask InitializeAsync() => _system = await ChaosSystem.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private const int Steps = 3;

    private static IEqualityComparer<WorkflowRun> ById => EqualityComparer<WorkflowRun>.Create((one, other) => one?.Id == other?.Id, run => run.Id.GetHashCode());

    private Queue Execution => new(ExecutionQueue.Name, _system.Redis.Connection);

    // With a lock that nothing here outlasts, so that no run is found stalled.
    protected ServerProcess StartWorker(string stopTimeout, int port = 0) => _system.StartWorker(Concurrency, new Dictionary<string, string>(Settings)
    {
        ["Worker__StopTimeout"] = stopTimeout,
        ["Worker__LockDuration"] = "00:05:00",
        ["Workflows__Step__Timeout"] = "00:02:00",
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
    });

    // Every tenth waits in its second step until the test lets it go on; the others take some milliseconds.
    protected async Task GivenRuns(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var run = ChaosSystem.NewRun(new CountedInput(Steps, StepMilliseconds: 10, WaitsAt: i % LongEach == 0 ? 2 : 0));
            _runs.Add(run);
            await _system.Store.CreateAsync(run);
            await _system.Dispatcher.DispatchAsync(run);
        }
    }

    private Task IsUnderWay() => Eventually.True(async () => (await _system.CompletionsAsync()).Count >= 50 && await Waits(_runs[0]) && await Waits(_runs[2 * LongEach]));

    protected async Task<int> Completed() => (await _system.CompletionsAsync()).Count;

    protected Task<bool> FirstWaits() => Waits(_runs[0]);

    private Task<bool> Waits(WorkflowRun run) => _system.Ledger.WaitsAsync(run.Id, attempt: 1);

    protected async Task LetAllGo()
    {
        foreach (var run in _runs)
            for (var attempt = 1; attempt <= 2; attempt++) await _system.Ledger.LetGoAsync(run.Id, attempt);
    }

    private async Task<IReadOnlyList<WorkflowRun>> UnfinishedInTheirOrder()
    {
        var now = new List<WorkflowRun>();
        foreach (var run in _runs) now.Add((await _system.Store.FindAsync(run.Id))!);
        return now.FindAll(run => run.Status != RunStatus.Completed);
    }

    private async Task<int> EffectsOf(WorkflowRun run)
    {
        var effects = 0;
        for (var step = 1; step <= Steps; step++) effects += (await _system.Ledger.ReadAsync(run.Id, CountedWorkflow.StepName(step))).Count;
        return effects;
    }

    protected static async Task<HttpStatusCode> Answer(int port, string path)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}")));
        return response.StatusCode;
    }

    private static List<(string Message, string Level, bool IsOfARun)> Messages(ServerProcess worker) =>
        [.. worker.Lines.Select(line => JsonElement.Parse(line)).Select(line => (line.GetProperty("message").GetString()!, line.GetProperty("level").GetString()!, line.TryGetProperty("runId", out _)))];
}

/// <summary>The worker as it is shipped.</summary>
public sealed class StoppedWorkerTests : StoppedWorkerSpecification
{
    [Fact]
    public async Task While_its_runs_finish_it_lives_and_is_not_ready_however_often_it_is_told_to_stop()
    {
        await GivenRuns(LongEach);
        var port = ServerProcess.FreePort();
        await using var worker = StartWorker("00:00:50", port);
        await Eventually.True(async () => await Completed() == LongEach - 1 && await FirstWaits());

        worker.Signal("TERM");
        await Eventually.True(async () => await Answer(port, "/health") == HttpStatusCode.ServiceUnavailable);
        worker.Signal("TERM");
        worker.Signal("INT");
        (await Answer(port, "/alive")).ShouldBe(HttpStatusCode.OK);
        await LetAllGo();
        await worker.WaitForExitAsync().WaitAsync(Deadline);

        worker.ExitCode.ShouldBe(0);
        (await Completed()).ShouldBe(LongEach);
    }
}

/// <summary>The worker whose runs come through MassTransit.</summary>
public sealed class StoppedWorkerThroughMassTransitTests : StoppedWorkerSpecification
{
    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Worker__Path"] = "MassTransit" };
}
