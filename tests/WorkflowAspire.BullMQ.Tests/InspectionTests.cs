using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class InspectionTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task Each_state_is_counted_by_itself()
    {
        await Queue.UpsertJobSchedulerAsync("later", new RepeatOptions { Every = TimeSpan.FromHours(1), StartDate = DateTimeOffset.UtcNow.AddHours(1) });
        await using var worker = new Worker(Queue.Name, null, Redis.Connection);
        for (var i = 0; i < 5; i++) await Add();
        for (var i = 0; i < 2; i++) await Add(new JobOptions { Priority = 1 });
        await new FlowProducer(Redis.Connection).AddAsync(new FlowJob("parent", Queue.Name) { Children = [new FlowJob("child", $"{Queue.Name}-other")] });
        await (await worker.GetNextJobAsync("t"))!.MoveToCompletedAsync(default, "t", fetchNext: false);
        await (await worker.GetNextJobAsync("t"))!.MoveToFailedAsync(new FormatException("no"), "t");
        await worker.GetNextJobAsync("t");

        (await Queue.GetWaitingCountAsync(), await Queue.GetActiveCountAsync(), await Queue.GetPrioritizedCountAsync(), await Queue.GetWaitingChildrenCountAsync()).ShouldBe((2, 1, 2, 1));
        (await Queue.GetCompletedCountAsync(), await Queue.GetFailedCountAsync(), await Queue.GetDelayedCountAsync()).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task A_job_knows_its_queue_and_prefix()
    {
        var job = await new Queue(Queue.Name, Redis.Connection, new QueueOptions { Prefix = "{a:b}" }).AddAsync("work", Json("1"));

        (job.QueueName, job.Prefix, job.QueueQualifiedName).ShouldBe((Queue.Name, "{a:b}", $"{{a:b}}:{Queue.Name}"));
    }

    [Fact]
    public async Task The_stream_keeps_as_many_events_as_the_queues_options_say()
    {
        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { MaxLenEvents = 7 });

        await queue.AddAsync("work", Json("1"));
        await Add();

        (await Queue.GetMetaAsync()).MaxLenEvents.ShouldBe(7);
        Should.Throw<ArgumentOutOfRangeException>(() => new Queue(Queue.Name, Redis.Connection, new QueueOptions { MaxLenEvents = 0 }));
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_or_oldest_first_and_in_pages()
    {
        for (var i = 0; i < 5; i++) await Add(data: $"{i}");

        (await List()).ShouldBe(["4", "3", "2", "1", "0"]);
        (await List(ascending: true)).ShouldBe(["0", "1", "2", "3", "4"]);
        (await List(1, 2)).ShouldBe(["3", "2"]);
        (await List(1, 2, ascending: true)).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task Counts_tell_how_many_jobs_are_in_each_state()
    {
        await Add();
        await Add(new JobOptions { Delay = TimeSpan.FromHours(1) });
        await Add(new JobOptions { Delay = TimeSpan.FromHours(1) });
        await Add(new JobOptions { Priority = 3 });

        var counts = await Queue.GetJobCountsAsync();

        counts[JobState.Waiting].ShouldBe(1);
        counts[JobState.Delayed].ShouldBe(2);
        counts[JobState.Prioritized].ShouldBe(1);
        counts[JobState.Active].ShouldBe(0);
    }

    [Fact]
    public async Task A_job_comes_back_with_all_it_was_added_with()
    {
        var added = await Queue.AddAsync("näme", Json("""{"ünï":"✓"}"""), new JobOptions
        {
            JobId = "all-of-it",
            Attempts = 3,
            Backoff = BackoffOptions.Exponential(TimeSpan.FromSeconds(5)),
            Delay = TimeSpan.FromMinutes(1),
            Priority = 9,
            RemoveOnComplete = KeepJobs.Count(100),
            RemoveOnFail = KeepJobs.Age(TimeSpan.FromHours(1), 10),
        });

        var job = (await Queue.GetJobAsync("all-of-it")).ShouldNotBeNull();

        job.Name.ShouldBe("näme");
        Text(job.Data).ShouldBe("""{"ünï":"✓"}""");
        job.Options.ShouldBe(added.Options);
        job.Timestamp.ToUnixTimeMilliseconds().ShouldBe(added.Timestamp.ToUnixTimeMilliseconds());
        job.Delay.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task A_removed_job_is_gone_from_its_state_and_a_job_in_work_stays()
    {
        var delayed = await Add(new JobOptions { Delay = TimeSpan.FromHours(1) });
        (await Queue.RemoveJobAsync(delayed.Id)).ShouldBeTrue();
        (await Queue.GetJobCountsAsync())[JobState.Delayed].ShouldBe(0);
        (await Queue.RemoveJobAsync(delayed.Id)).ShouldBeFalse();

        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); });
        var active = await Add();
        await Reaches(active, JobState.Active);

        (await Queue.RemoveJobAsync(active.Id)).ShouldBeFalse();
        release.SetResult();
    }

    [Theory]
    [InlineData("attempts")]
    [InlineData("delay")]
    [InlineData("priority")]
    [InlineData("jobId")]
    [InlineData("jitter")]
    public async Task An_option_outside_its_range_is_refused_by_name(string option)
    {
        JobOptions options = option switch
        {
            "attempts" => new() { Attempts = -1 },
            "delay" => new() { Delay = TimeSpan.FromMilliseconds(-1) },
            "priority" => new() { Priority = JobOptions.LowestPriority + 1 },
            "jobId" => new() { JobId = "a:b" },
            _ => new() { Backoff = BackoffOptions.Fixed(TimeSpan.Zero) with { Jitter = 1.5 } },
        };

        var refused = await Should.ThrowAsync<ArgumentException>(() => Add(options));

        refused.Message.ShouldContain(option, Case.Insensitive);
        (await Queue.GetJobCountsAsync()).Values.ShouldAllBe(count => count == 0);
    }

    [Fact]
    public void A_queue_name_with_a_colon_is_refused() =>
        Should.Throw<ArgumentException>(() => new Queue("a:b", Redis.Connection)).ParamName.ShouldBe("name");

    [Fact]
    public async Task An_integer_id_is_refused_because_the_queue_numbers_its_own_jobs() =>
        (await Should.ThrowAsync<ArgumentException>(() => Add(new JobOptions { JobId = "12" }))).Message.ShouldContain("'12'");

    private async Task<IEnumerable<string>> List(int start = 0, int end = -1, bool ascending = false) =>
        (await Queue.GetJobsAsync([JobState.Waiting], start, end, ascending)).Select(job => Text(job.Data));
}
