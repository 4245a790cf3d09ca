using System.Text;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Somebody's hand, or another program, has been at the queue's keys.</summary>
public abstract class DamagedJobTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    [Fact]
    public async Task A_job_whose_hash_is_gone_is_dropped_and_told_and_the_others_are_processed()
    {
        var gone = await Add();
        var whole = await Add();
        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key(gone.Id));

        await StartWorker();

        await Reaches(whole, JobState.Completed);
        Log.Collector.GetSnapshot().ShouldContain(record => record.Message.Contains($"Job {gone.Id} was dropped"));
        (await Queue.GetJobCountsAsync())[JobState.Active].ShouldBe(0);
        (await Redis.Connection.GetDatabase().KeyExistsAsync(Key(gone.Id))).ShouldBeFalse();
    }

    [Theory]
    [InlineData("opts", "{not json")]
    [InlineData("opts", """{"attempts":"three","delay":1e300}""")]
    [InlineData("opts", "[]")]
    [InlineData("timestamp", "99999999999999999999")]
    [InlineData("delay", "soon")]
    [InlineData("stacktrace", "not json")]
    [InlineData("atm", "not a number")]
    public async Task A_job_with_a_field_of_a_wrong_form_is_processed_all_the_same(string field, string value)
    {
        var job = await Add();
        await Redis.Connection.GetDatabase().HashSetAsync(Key(job.Id), field, value);

        await StartWorker();

        await Reaches(job, JobState.Completed);
    }

    [Fact]
    public async Task A_job_that_Redis_refuses_to_complete_is_told_with_the_reason_and_holds_up_no_other()
    {
        var refused = await Add();
        await Redis.Connection.GetDatabase().StringSetAsync(Key($"{refused.Id}:dependencies"), "not a set");
        var others = new List<Job>();
        for (var i = 0; i < 5; i++) others.Add(await Add());
        var release = new TaskCompletionSource();

        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 10 });
        await Eventually.Get(() => Processed.Count, count => count == 6);
        release.SetResult();

        foreach (var job in others) await Reaches(job, JobState.Completed);
        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains($"outcome of job {refused.Id} could not be recorded (")));
        (await Queue.GetJobStateAsync(refused.Id)).ShouldBe(JobState.Active);
        foreach (var job in others) (await Redis.Connection.GetDatabase().KeyExistsAsync(Key($"{job.Id}:lock"))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_job_whose_hash_was_replaced_while_it_ran_is_told_and_holds_up_no_other()
    {
        var replaced = await Add();
        var others = new List<Job>();
        for (var i = 0; i < 5; i++) others.Add(await Add());
        var release = new TaskCompletionSource();
        await StartWorker(async (_, _) => { await release.Task; return Json("null"); }, new WorkerOptions { Concurrency = 10 });
        await Eventually.Get(() => Processed.Count, count => count == 6);

        await Redis.Connection.GetDatabase().KeyDeleteAsync(Key(replaced.Id));
        await Redis.Connection.GetDatabase().StringSetAsync(Key(replaced.Id), "no hash");
        release.SetResult();

        foreach (var job in others) await Reaches(job, JobState.Completed);
        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Message.Contains($"Job {replaced.Id} (work) finished but could not be completed: WRONGTYPE")));
        (await Queue.GetJobStateAsync(replaced.Id)).ShouldBe(JobState.Active);
    }

    [Fact]
    public async Task A_payload_of_a_megabyte_and_of_every_script_is_kept_byte_for_byte()
    {
        var text = string.Concat(Enumerable.Repeat("ünï ✓ 漢字 🚀 \\u0000 ", 50_000));
        var data = $"\"{text}\"";
        await StartWorker((job, _) => Task.FromResult(job.Data));

        var done = await Reaches(await Add(data: data), JobState.Completed);

        Encoding.UTF8.GetByteCount(data).ShouldBeGreaterThan(1_000_000);
        Text(done.Data).ShouldBe(data);
        Text(done.ReturnValue!.Value).ShouldBe(data);
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("meta")]
    [InlineData("events")]
    public async Task An_id_that_is_a_key_of_the_queue_is_refused(string id) =>
        (await Should.ThrowAsync<ArgumentException>(() => Add(new JobOptions { JobId = id }))).Message.ShouldContain($"'{id}'");
}
