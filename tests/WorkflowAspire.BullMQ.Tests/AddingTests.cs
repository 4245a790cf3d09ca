using StackExchange.Redis;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Adds of many callers share script calls, and many jobs go in one call; nobody can tell from the outside.</summary>
public abstract class AddingTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task Jobs_of_many_callers_are_all_added_each_with_an_id_of_its_own()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 1000).Select(n => Add(data: $"{n}")));

        added.Select(job => job.Id).Distinct().Count().ShouldBe(1000);
        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(1000);
        foreach (var job in added.Take(20)) Text((await Queue.GetJobAsync(job.Id))!.Data).ShouldBe(Text(job.Data));
    }

    [Fact]
    public async Task Jobs_are_added_in_the_order_in_which_they_were_asked_for()
    {
        var adds = Enumerable.Range(0, 500).Select(n => Add(data: $"{n}")).ToArray();
        await Task.WhenAll(adds);

        (await Queue.GetJobsAsync([JobState.Waiting], ascending: true)).Select(job => Text(job.Data)).ShouldBe(Enumerable.Range(0, 500).Select(n => $"{n}"));
    }

    [Fact]
    public async Task Many_jobs_are_added_in_one_call_in_their_order_each_with_its_options()
    {
        var added = await Queue.AddBulkAsync([Job("1"), Job("2", new JobOptions { JobId = "mine", Attempts = 3 }), Job("3", new JobOptions { Delay = TimeSpan.FromHours(1) })]);

        added.Select(job => job.Id).ShouldBe(["1", "mine", "3"]);
        (await Queue.GetJobsAsync([JobState.Waiting], ascending: true)).Select(job => job.Id).ShouldBe(["1", "mine"]);
        (await Queue.GetJobAsync("mine"))!.Options.Attempts.ShouldBe(3);
        (await Queue.GetJobStateAsync("3")).ShouldBe(JobState.Delayed);
    }

    [Fact]
    public async Task More_jobs_than_one_call_takes_are_added_all_the_same()
    {
        await Queue.AddBulkAsync(Enumerable.Range(0, 2500).Select(n => Job($"{n}")));

        (await Queue.GetJobsAsync([JobState.Waiting], ascending: true)).Select(job => Text(job.Data)).ShouldBe(Enumerable.Range(0, 2500).Select(n => $"{n}"));
    }

    [Fact]
    public async Task An_invalid_job_among_many_keeps_all_of_them_out()
    {
        await Should.ThrowAsync<ArgumentException>(() => Queue.AddBulkAsync([Job("1"), Job("2", new JobOptions { JobId = "12" })]));

        (await Queue.GetJobCountsAsync())[JobState.Waiting].ShouldBe(0);
    }

    [Fact]
    public async Task No_job_is_no_call() => (await Queue.AddBulkAsync([])).ShouldBeEmpty();

    [Fact]
    public async Task A_job_that_the_server_refuses_takes_no_other_with_it_and_leaves_nothing()
    {
        await Redis.Connection.GetDatabase().StringSetAsync(Key("delayed"), "not a set");

        var refused = Queue.AddBulkAsync([Job("1"), Job("2", new JobOptions { JobId = "refused", Delay = TimeSpan.FromHours(1) }), Job("3")]);

        (await Should.ThrowAsync<RedisServerException>(() => refused)).Message.ShouldContain("WRONGTYPE");
        (await Queue.GetJobsAsync([JobState.Waiting], ascending: true)).Select(job => Text(job.Data)).ShouldBe(["1", "3"]);
        (await Queue.GetJobAsync("refused")).ShouldBeNull();
    }

    private static NewJob Job(string data, JobOptions? options = null) => new("work", Json(data), options);
}
