using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Parents and children: added together, processed in their order, read and removed.</summary>
public abstract class FlowTests : QueueSpecification
{
    private readonly FlowProducer _flows;
    private readonly Queue _kids;

    protected FlowTests(RedisCompatibleServer redis)
        : base(redis)
    {
        _flows = new FlowProducer(redis.Connection);
        _kids = new Queue($"{Queue.Name}-kids", redis.Connection);
    }

    [Fact]
    public async Task A_job_without_children_may_be_kept_out_and_comes_back_as_the_one_that_keeps_it_out()
    {
        var flows = new FlowProducer(Redis.Connection);
        FlowJob Alone(string id) => new("work", Queue.Name) { Options = new JobOptions { JobId = id, Deduplication = new DeduplicationOptions("kind") } };

        var nodes = await flows.AddBulkAsync([Alone("a"), Alone("b")]);

        nodes.Select(node => node.Job.Id).ShouldBe(["a", "a"]);
        (await Queue.GetJobAsync("a"))!.DeduplicationId.ShouldBe("kind");
        (await Queue.GetJobAsync("b")).ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(() => flows.AddAsync(Alone("c") with { Children = [new FlowJob("child", Queue.Name)] }));
        await Should.ThrowAsync<ArgumentException>(() => flows.AddAsync(new FlowJob("parent", Queue.Name) { Children = [Alone("d")] }));
        await Should.ThrowAsync<ArgumentException>(() => Add(new JobOptions { Parent = new ParentOptions("a", Queue.QualifiedName), Deduplication = new DeduplicationOptions("other") }));
    }

    [Fact]
    public async Task Children_come_in_pages_with_what_they_returned_and_their_jobs()
    {
        var flow = await new FlowProducer(Redis.Connection).AddAsync(new FlowJob("parent", Queue.Name)
        {
            Children = [.. Enumerable.Range(0, 250).Select(i => new FlowJob("child", Queue.Name, Json($"{i}")) { Options = new JobOptions { JobId = $"c{i}" } })],
        });
        await using var worker = new Worker(Queue.Name, null, Redis.Connection);
        for (var i = 0; i < 3; i++) await (await worker.GetNextJobAsync("t"))!.MoveToCompletedAsync(Json($"{i * 10}"), "t", fetchNext: false);
        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key("c1"));

        var pages = new[] { await Queue.GetUnprocessedChildrenAsync(flow.Job.Id, 0, 99), await Queue.GetUnprocessedChildrenAsync(flow.Job.Id, 100, 199), await Queue.GetUnprocessedChildrenAsync(flow.Job.Id, 200) };
        var processed = await Queue.GetProcessedChildrenAsync(flow.Job.Id);

        pages.Select(page => (page.Children.Count, page.Total)).ShouldBe([(100, 247L), (100, 247L), (47, 247L)]);
        pages.SelectMany(page => page.Children).Select(child => child.Job!.Id).Distinct().Count().ShouldBe(247);
        pages[0].Children.ShouldAllBe(child => child.ReturnValue == null && child.Key == $"bull:{Queue.Name}:{child.Job!.Id}");
        processed.Children.OrderBy(child => child.Key, StringComparer.Ordinal).Select(child => (child.Key, Text(child.ReturnValue!.Value), child.Job?.Id))
            .ShouldBe([($"bull:{Queue.Name}:c0", "0", "c0"), ($"bull:{Queue.Name}:c1", "10", null), ($"bull:{Queue.Name}:c2", "20", "c2")]);
        (await Queue.GetProcessedChildrenAsync("none")).Total.ShouldBe(0);
    }

    [Fact]
    public async Task A_parent_is_processed_after_its_children_and_sees_their_results()
    {
        IReadOnlyDictionary<string, string?> seen = new Dictionary<string, string?>();
        await StartWorker(async (job, ct) =>
        {
            if (job.Id != "parent") return Json($"\"{job.Id} is done\"");
            seen = await job.GetChildrenValuesAsync(TestJson.Default.String, ct);
            return Json("null");
        });

        await _flows.AddAsync(Node("parent", Node("a"), Node("b")));

        await Reaches("parent", JobState.Completed);
        Processed.Select(job => job.Id).ShouldBe(["a", "b", "parent"]);
        seen.ShouldBe(new Dictionary<string, string?> { [Key("a")!] = "a is done", [Key("b")!] = "b is done" }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_flow_spreads_over_queues_and_prefixes_and_is_read_back_as_it_was_added()
    {
        var added = await _flows.AddAsync(Node("parent", InKids("a", Node("a1"), InKids("a2")), Node("b") with { Prefix = "other" }));

        var read = await _flows.GetFlowAsync("parent", Queue.Name);

        Tree(added).ShouldBe("parent(a(a1 a2) b)");
        Tree(read).ShouldBe("parent(a(a1 a2) b)");
        read!.Job.QueueQualifiedName.ShouldBe(Queue.QualifiedName);
        var b = read.Children.Single(child => child.Job.Id == "b").Job;
        b.QueueQualifiedName.ShouldBe($"other:{Queue.Name}");
        b.ParentKey.ShouldBe($"{Queue.QualifiedName}:parent");
        (await b.GetParentAsync())!.Id.ShouldBe("parent");
        (await read.Job.GetParentAsync()).ShouldBeNull();
        (await read.Job.GetStateAsync()).ShouldBe(JobState.WaitingChildren);
    }

    [Fact]
    public async Task Only_as_many_levels_are_read_as_asked_for()
    {
        await _flows.AddAsync(Node("parent", Node("a", Node("b", Node("c")))));

        Tree(await _flows.GetFlowAsync("parent", Queue.Name, depth: 3)).ShouldBe("parent(a(b))");
        Tree(await _flows.GetFlowAsync("parent", Queue.Name, depth: 1)).ShouldBe("parent");
        (await _flows.GetFlowAsync("nobody", Queue.Name)).ShouldBeNull();
    }

    [Fact]
    public async Task A_job_without_an_id_of_its_own_gets_a_UUID()
    {
        var added = await _flows.AddAsync(new FlowJob("work", Queue.Name) { Children = [new FlowJob("work", Queue.Name)] });

        Guid.TryParse(added.Job.Id, out _).ShouldBeTrue();
        (await Queue.GetJobAsync(added.Children[0].Job.Id))!.Parent!.Id.ShouldBe(added.Job.Id);
        Text((await Queue.GetJobAsync(added.Job.Id))!.Data).ShouldBe("{}");
    }

    [Fact]
    public async Task Flows_can_be_added_many_at_once()
    {
        var added = await _flows.AddBulkAsync([Node("one", Node("a")), InKids("two", InKids("b"))]);

        added.Select(Tree).ShouldBe(["one(a)", "two(b)"]);
        Tree(await _flows.GetFlowAsync("two", _kids.Name)).ShouldBe("two(b)");
        (await _flows.AddBulkAsync([])).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_queues_options_hold_for_its_jobs_of_the_flow_where_they_say_nothing_else()
    {
        await _flows.AddAsync(Node("parent", InKids("a"), InKids("b") with { Options = new JobOptions { JobId = "b", Attempts = 7 } }), new FlowOptions
        {
            QueuesOptions = new Dictionary<string, JobOptions> { [_kids.Name] = new() { Attempts = 3, RemoveOnFail = KeepJobs.Count(5) } },
        });

        (await _kids.GetJobAsync("a"))!.Options.Attempts.ShouldBe(3);
        (await _kids.GetJobAsync("b"))!.Options.Attempts.ShouldBe(7);
        (await _kids.GetJobAsync("b"))!.Options.RemoveOnFail.ShouldBe(KeepJobs.Count(5));
        (await Queue.GetJobAsync("parent"))!.Options.Attempts.ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_of_a_flow_is_added_when_one_of_its_jobs_is_not_valid()
    {
        var invalid = Node("b") with { Options = new JobOptions { JobId = "b", FailParentOnFailure = true, IgnoreDependencyOnFailure = true } };

        (await Should.ThrowAsync<ArgumentException>(() => _flows.AddAsync(Node("parent", Node("a"), invalid))))
            .Message.ShouldContain("FailParentOnFailure and IgnoreDependencyOnFailure");
        await Should.ThrowAsync<ArgumentException>(() => _flows.AddAsync(Node("parent", Node("a") with { QueueName = "a:b" })));

        (await Queue.GetJobCountsAsync()).Values.Sum().ShouldBe(0);
    }

    [Fact]
    public async Task A_child_is_added_alone_to_a_parent_that_exists_and_refused_for_one_that_does_not()
    {
        await _flows.AddAsync(Node("parent", Node("a")));
        await _kids.AddAsync("work", Json("1"), new JobOptions { JobId = "late", Parent = new ParentOptions("parent", Queue.QualifiedName) });

        (await (await Queue.GetJobAsync("parent"))!.GetDependenciesAsync()).Unprocessed.ShouldBe([$"{_kids.QualifiedName}:late", Key("a").ToString()], ignoreOrder: true);
        var refused = await Should.ThrowAsync<InvalidOperationException>(() =>
            Add(new JobOptions { JobId = "orphan", Parent = new ParentOptions("nobody", Queue.QualifiedName) }));
        refused.Message.ShouldContain($"{Queue.QualifiedName}:nobody");
        (await Queue.GetJobAsync("orphan")).ShouldBeNull();
        await Should.ThrowAsync<ArgumentException>(() => Add(new JobOptions { Parent = new ParentOptions("parent", Queue.Name) }));
    }

    [Fact]
    public async Task A_child_of_another_living_parent_is_refused()
    {
        await _flows.AddAsync(Node("parent", Node("a")));

        (await Should.ThrowAsync<InvalidOperationException>(() => _flows.AddAsync(Node("second", Node("a")))))
            .Message.ShouldContain("child of another parent");

        (await Queue.GetJobAsync("a"))!.Parent!.Id.ShouldBe("parent");
        (await Queue.GetJobStateAsync("second")).ShouldBe(JobState.WaitingChildren);
    }

    [Fact]
    public async Task A_parent_that_adds_children_while_it_runs_parks_and_goes_on_after_them()
    {
        await StartWorker(async (job, ct) =>
        {
            if (job.Id != "parent") return Json("7");
            if (job.AttemptsStarted == 1)
            {
                await Queue.AddAsync("work", Json("1"), new JobOptions { JobId = "kid", Parent = new ParentOptions("parent", job.QueueQualifiedName) }, ct);
                if (await job.MoveToWaitingChildrenAsync(ct: ct)) throw new WaitingChildrenError();
            }

            return (await job.GetChildrenValuesAsync(ct)).Values.Single();
        });

        await Add(new JobOptions { JobId = "parent" });

        var done = await Reaches("parent", JobState.Completed);
        Text(done.ReturnValue!.Value).ShouldBe("7");
        done.AttemptsMade.ShouldBe(1);
        done.AttemptsStarted.ShouldBe(2);
        Log.Collector.GetSnapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_lock_that_a_parked_parent_gave_up_is_not_reported_as_lost()
    {
        var isParked = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        var isCancelled = false;
        await StartWorker(async (job, ct) =>
        {
            if (job.Id == "parent")
            {
                await Queue.AddAsync("work", Json("1"), new JobOptions { JobId = "kid", Delay = TimeSpan.FromHours(1), Parent = new ParentOptions("parent", job.QueueQualifiedName) }, ct);
                await job.MoveToWaitingChildrenAsync(ct: ct);
                isParked.SetResult();
            }

            await mayEnd.Task;
            isCancelled |= ct.IsCancellationRequested;
            throw new WaitingChildrenError();
        }, new WorkerOptions { LockDuration = TimeSpan.FromSeconds(2), Concurrency = 2 });
        await Add(new JobOptions { JobId = "parent" });
        await isParked.Task;

        // When the lock of a later job is renewed, the parked one's would have been.
        var later = await Add();
        await Reaches(later, JobState.Active);
        await Eventually.True(async () => await LockOf(later) < TimeSpan.FromSeconds(1.6));
        await Eventually.True(async () => await LockOf(later) > TimeSpan.FromSeconds(1.8));
        mayEnd.SetResult();

        await Reaches("parent", JobState.WaitingChildren);
        isCancelled.ShouldBeFalse();
        Log.Collector.GetSnapshot().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_without_pending_children_does_not_park()
    {
        var parked = new TaskCompletionSource<bool>();
        await StartWorker(async (job, ct) =>
        {
            parked.SetResult(await job.MoveToWaitingChildrenAsync(ct: ct));
            return Json("null");
        });

        var job = await Add();

        (await parked.Task).ShouldBeFalse();
        await Reaches(job, JobState.Completed);
        await Should.ThrowAsync<InvalidOperationException>(() => job.MoveToWaitingChildrenAsync());
    }

    [Fact]
    public async Task A_worker_that_lost_the_lock_can_not_park_the_job()
    {
        var refused = new TaskCompletionSource<string>();
        await StartWorker(async (job, ct) =>
        {
            await Queue.AddAsync("work", Json("1"), new JobOptions { JobId = "kid", Delay = TimeSpan.FromHours(1), Parent = new ParentOptions(job.Id, job.QueueQualifiedName) }, ct);
            await Redis.Connection.GetDatabase().StringSetAsync(Key($"{job.Id}:lock"), "another worker's");
            refused.SetResult((await Should.ThrowAsync<InvalidOperationException>(() => job.MoveToWaitingChildrenAsync(ct: ct))).Message);
            throw new WaitingChildrenError();
        });

        var job = await Add();

        (await refused.Task).ShouldContain("its lock is another worker's");
        (await Queue.GetJobStateAsync(job.Id)).ShouldBe(JobState.Active);
    }

    [Fact]
    public async Task A_parent_that_returns_while_a_child_is_pending_fails()
    {
        await StartWorker(async (job, ct) =>
        {
            await Queue.AddAsync("work", Json("1"), new JobOptions { JobId = "kid", Delay = TimeSpan.FromHours(1), Parent = new ParentOptions(job.Id, job.QueueQualifiedName) }, ct);
            return Json("null");
        });

        await Add(new JobOptions { JobId = "parent" });

        (await Reaches("parent", JobState.Failed)).FailedReason.ShouldBe("Job parent has pending dependencies. moveToFinished");
        // The worker goes on with other jobs.
        await Add(new JobOptions { JobId = "next" });
        await Reaches("next", JobState.Failed);
    }

    [Fact]
    public async Task A_failed_child_fails_its_ancestors_through_every_level()
    {
        var rule = new JobOptions { FailParentOnFailure = true };
        await StartWorker((job, _) => job.Id == "c" ? throw new InvalidOperationException("no c") : Task.FromResult(Json("null")));

        await _flows.AddAsync(Node("parent", Node("a", rule, Node("b", rule, Node("c", rule)))));

        (await Reaches("parent", JobState.Failed)).FailedReason.ShouldBe($"child {Key("a")} failed");
        (await Queue.GetJobAsync("a"))!.FailedReason.ShouldBe($"child {Key("b")} failed");
        Processed.Select(job => job.Id).ShouldBe(["c"]);
        (await (await Queue.GetJobAsync("parent"))!.GetDependenciesAsync()).Failed.ShouldBe([Key("a").ToString()]);
    }

    [Fact]
    public async Task A_parent_reads_why_children_failed_that_it_ignores()
    {
        await StartWorker((job, _) => job.Id == "a" ? throw new InvalidOperationException("no a") : Task.FromResult(Json("null")));

        await _flows.AddAsync(Node("parent", Node("a", new JobOptions { IgnoreDependencyOnFailure = true }), Node("b")));

        var parent = await Reaches("parent", JobState.Completed);
        (await parent.GetIgnoredChildrenFailuresAsync()).ShouldBe(new Dictionary<string, string> { [Key("a")!] = "no a" });
        (await parent.GetFailedChildrenValuesAsync()).Keys.ShouldBe([Key("a").ToString()]);
        (await parent.GetDependenciesCountAsync()).ShouldBe(new DependenciesCount(Processed: 1, Unprocessed: 0, Ignored: 1, Failed: 0));
    }

    [Fact]
    public async Task Children_are_read_in_pages()
    {
        var ids = Enumerable.Range(0, 500).Select(i => $"kid-{i}").ToArray();
        await _flows.AddAsync(Node("parent", [.. ids.Select(id => Node(id))]));
        var parent = (await Queue.GetJobAsync("parent"))!;
        var found = new HashSet<string>();
        var pages = 0;
        long? cursor = 0;
        do
        {
            var page = await parent.GetDependenciesAsync(new DependenciesOptions { Unprocessed = new DependenciesPage { Cursor = cursor.Value, Count = 50 } });
            found.UnionWith(page.Unprocessed);
            page.Processed.ShouldBeEmpty();
            page.NextProcessedCursor.ShouldBeNull();
            cursor = page.NextUnprocessedCursor;
            pages++;
        }
        while (cursor is not 0 and not null);

        found.ShouldBe(ids.Select(id => Key(id).ToString()), ignoreOrder: true);
        pages.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_job_is_removed_with_its_children_wherever_they_are()
    {
        await _flows.AddAsync(Node("parent", InKids("a", Node("a1")), Node("b")));

        (await Queue.RemoveJobAsync("parent")).ShouldBeTrue();

        (await Queue.GetJobCountsAsync()).Values.Sum().ShouldBe(0);
        (await _kids.GetJobCountsAsync()).Values.Sum().ShouldBe(0);
        (await Queue.GetJobAsync("a1")).ShouldBeNull();
        (await Queue.RemoveJobAsync("parent")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_stays_while_a_worker_has_one_of_its_children()
    {
        var mayEnd = new TaskCompletionSource();
        await StartWorker(async (_, _) =>
        {
            await mayEnd.Task;
            return Json("null");
        });
        await _flows.AddAsync(Node("parent", InKids("a", Node("a1"))));
        await Reaches("a1", JobState.Active);

        (await Queue.RemoveJobAsync("parent")).ShouldBeFalse();
        (await _kids.GetJobStateAsync("a")).ShouldBe(JobState.WaitingChildren);
        (await Queue.RemoveJobAsync("parent", removeChildren: false)).ShouldBeTrue();

        mayEnd.SetResult();
        await Reaches("a1", JobState.Completed);
    }

    [Fact]
    public async Task A_parent_goes_on_without_a_child_that_is_parted_or_removed()
    {
        await _flows.AddAsync(Node("parent", InKids("a"), InKids("b"), InKids("c")));
        var a = (await _kids.GetJobAsync("a"))!;

        (await a.RemoveChildDependencyAsync()).ShouldBeTrue();
        a.ParentKey.ShouldBeNull();
        (await a.RemoveChildDependencyAsync()).ShouldBeFalse();
        (await Queue.GetJobStateAsync("parent")).ShouldBe(JobState.WaitingChildren);
        await (await Queue.GetJobAsync("parent"))!.RemoveUnprocessedChildrenAsync();

        (await Queue.GetJobStateAsync("parent")).ShouldBe(JobState.Waiting);
        (await _kids.GetJobsAsync([JobState.Waiting])).Select(job => job.Id).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_child_can_not_be_parted_from_a_parent_that_is_gone()
    {
        await _flows.AddAsync(Node("parent", Node("a")));
        var a = (await Queue.GetJobAsync("a"))!;
        await Queue.RemoveJobAsync("parent", removeChildren: false);

        (await Should.ThrowAsync<InvalidOperationException>(() => a.RemoveChildDependencyAsync())).Message.ShouldContain($"{Queue.QualifiedName}:parent");
        (await a.GetParentAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_flow_whose_children_have_all_completed_already_is_ready_at_once()
    {
        await StartWorker();
        await Reaches(await Add(new JobOptions { JobId = "a" }), JobState.Completed);

        await _flows.AddAsync(InKids("parent", Node("a")));

        (await _kids.GetJobStateAsync("parent")).ShouldBe(JobState.Waiting);
    }

    [Fact]
    public async Task A_flow_of_a_thousand_children_is_added_and_processed()
    {
        await StartWorker(new WorkerOptions { Concurrency = 50 });

        await _flows.AddAsync(Node("parent", [.. Enumerable.Range(0, 1000).Select(i => Node($"kid-{i}"))]));

        var parent = await Reaches("parent", JobState.Completed);
        (await parent.GetDependenciesCountAsync()).Processed.ShouldBe(1000);
        Processed.Last().Id.ShouldBe("parent");
    }

    private Task<TimeSpan?> LockOf(Job job) => Redis.Connection.GetDatabase().KeyTimeToLiveAsync(Key($"{job.Id}:lock"));

    private FlowJob Node(string id, params FlowJob[] children) => Node(id, new JobOptions(), children);

    private FlowJob Node(string id, JobOptions options, params FlowJob[] children) =>
        new("work", Queue.Name, Json("1")) { Options = options with { JobId = id }, Children = children };

    private FlowJob InKids(string id, params FlowJob[] children) => Node(id, children) with { QueueName = _kids.Name };

    private static string Tree(JobNode? node) => node is null
        ? ""
        : node.Children.Count == 0 ? node.Job.Id : $"{node.Job.Id}({string.Join(' ', node.Children.Select(Tree).Order(StringComparer.Ordinal))})";
}
