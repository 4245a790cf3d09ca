using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Flows that one side makes and the other works on, in two queues.</summary>
public class FlowTests : InteropSpecification
{
    private readonly Queue _kids;
    private readonly FlowProducer _flows;

    public FlowTests(InteropServers servers)
        : base(servers)
    {
        _kids = new Queue($"{Queue.Name}-kids", Redis.Connection);
        _flows = new FlowProducer(Redis.Connection);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Our_workers_process_the_parent_and_the_children_of_a_Node_flow(int version)
    {
        await AddByNode(version);

        await StartWorkerOf(_kids);
        await StartWorkerOf(Queue);

        await IsDone(version);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Node_workers_process_the_parent_and_the_children_of_our_flow(int version)
    {
        await _flows.AddAsync(Flow(Queue.Name));

        await Node(version).Beside("-kids").ProcessFlowAsync("echo", 2);
        await Node(version).ProcessAsync("echo");

        await IsDone(version);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task We_process_the_children_and_Node_the_parent(int version)
    {
        await AddByNode(version);

        await StartWorkerOf(_kids);
        await Node(version).ProcessAsync("echo");

        await IsDone(version);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Node_processes_the_children_and_we_the_parent(int version)
    {
        await _flows.AddAsync(Flow(Queue.Name));

        await StartWorkerOf(Queue);
        await Node(version).Beside("-kids").ProcessFlowAsync("echo", 2);

        await IsDone(version);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_child_that_fails_here_fails_the_parent_there(int version)
    {
        await AddByNode(version, new JobOptions { FailParentOnFailure = true });

        await StartWorkerOf(_kids, "failB");
        await Reaches("parent", JobState.Waiting);
        await Node(version).ProcessFlowAsync("echo", 1);

        (await Queue.GetJobStateAsync("parent")).ShouldBe(JobState.Failed);
        (await Node(version).GetJobAsync("parent"))!["failedReason"]!.GetValue<string>().ShouldBe($"child {_kids.QualifiedName}:b failed");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_child_that_fails_there_fails_the_parent_here(int version)
    {
        await _flows.AddAsync(Flow(Queue.Name, new JobOptions { FailParentOnFailure = true }));

        await StartWorkerOf(Queue);
        await Node(version).Beside("-kids").ProcessFlowAsync("failB", 2);

        (await Reaches("parent", JobState.Failed)).FailedReason.ShouldBe($"child {_kids.QualifiedName}:b failed");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Each_side_reads_the_flow_of_the_other(int version)
    {
        await _flows.AddAsync(Flow(Queue.Name));
        var ours = (await Node(version).RunAsync("getFlow", "parent", null))!;
        ours["job"]!["id"]!.GetValue<string>().ShouldBe("parent");
        ours["children"]!.AsArray().Select(child => child!["job"]!["id"]!.GetValue<string>()).ShouldBe(["a", "b"], ignoreOrder: true);

        await Node(version).RunAsync("addFlow", NodeFlow.Of(Flow(""), $"{Queue.Name}-2"), null);
        var theirs = (await _flows.GetFlowAsync("parent", $"{Queue.Name}-2"))!;
        theirs.Children.Select(child => child.Job.Id).ShouldBe(["a", "b"], ignoreOrder: true);
        theirs.Children[0].Job.Parent!.QueueKey.ShouldBe($"bull:{Queue.Name}-2");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Node_reads_dependencies_and_results_of_our_parent(int version)
    {
        await _flows.AddAsync(Flow(Queue.Name));
        await StartWorkerOf(_kids);
        await Reaches("parent", JobState.Waiting);

        var values = (await Node(version).CallJobAsync("parent", "getChildrenValues"))!;
        var counts = (await Node(version).CallJobAsync("parent", "getDependenciesCount"))!;

        values[$"{_kids.QualifiedName}:a"]!["echo"]!.GetValue<string>().ShouldBe("a");
        counts["processed"]!.GetValue<int>().ShouldBe(2);
        counts["unprocessed"]!.GetValue<int>().ShouldBe(0);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_parent_that_parks_here_goes_on_after_Node_has_processed_its_child(int version)
    {
        await StartWorker(async (job, ct) =>
        {
            if (job.AttemptsStarted == 1)
            {
                await _kids.AddAsync("work", Json.Bytes("\"kid\""), new JobOptions { JobId = "kid", Parent = new ParentOptions(job.Id, job.QueueQualifiedName) }, ct);
                if (await job.MoveToWaitingChildrenAsync(ct: ct)) throw new WaitingChildrenError();
            }

            return (await job.GetChildrenValuesAsync(ct)).Values.Single();
        });
        var parent = await Add();
        await Reaches(parent.Id, JobState.WaitingChildren);

        await Node(version).Beside("-kids").ProcessFlowAsync("echo", 1);

        JsonNode.Parse((await Reaches(parent.Id, JobState.Completed)).ReturnValue!.Value.Span)!["echo"]!.GetValue<string>().ShouldBe("kid");
    }

    private FlowJob Flow(string name, JobOptions? rule = null)
    {
        var kids = name.Length == 0 ? "" : _kids.Name;
        FlowJob Kid(string id) => new("work", kids, Json.Bytes($"\"{id}\"")) { Options = (rule ?? new JobOptions()) with { JobId = id } };
        return new FlowJob("work", name, Json.Bytes("\"parent\"")) { Options = new JobOptions { JobId = "parent" }, Children = [Kid("a"), Kid("b")] };
    }

    private Task<JsonNode?> AddByNode(int version, JobOptions? rule = null) => Node(version).RunAsync("addFlow", NodeFlow.Of(Flow(Queue.Name, rule), ""), null);

    private async Task StartWorkerOf(Queue queue, string how = "echo")
    {
        var worker = new Worker(queue.Name, (job, _) => Task.FromResult(Processors.Run(how, job)), Redis.Connection);
        Own(worker);
        await worker.StartAsync();
    }

    private async Task IsDone(int version)
    {
        var parent = await Reaches("parent", JobState.Completed);
        var results = await parent.GetChildrenValuesAsync();
        results.ToDictionary(child => child.Key, child => JsonNode.Parse(child.Value.Span)!["echo"]!.GetValue<string>())
            .ShouldBe(new Dictionary<string, string> { [$"{_kids.QualifiedName}:a"] = "a", [$"{_kids.QualifiedName}:b"] = "b" }, ignoreOrder: true);
        (await Node(version).GetStateAsync("parent")).ShouldBe("completed");
        parent.AttemptsMade.ShouldBe(1);
    }
}
