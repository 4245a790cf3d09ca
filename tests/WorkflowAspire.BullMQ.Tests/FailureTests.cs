using System.Text.Json;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

public abstract class FailureTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    private static readonly BackoffOptions Short = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(20));

    [Fact]
    public async Task A_failed_attempt_is_followed_by_another_until_one_succeeds()
    {
        await StartWorker((job, _) => job.AttemptsMade < 2 ? throw new InvalidOperationException($"no {job.AttemptsMade}") : Task.FromResult(Json("\"ok\"")));

        var job = await Reaches(await Add(new JobOptions { Attempts = 3, Backoff = Short }), JobState.Completed);

        job.AttemptsMade.ShouldBe(3);
        job.AttemptsStarted.ShouldBe(3);
        job.FailedReason.ShouldBe("no 1");
        job.Stacktrace.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_job_whose_attempts_are_used_up_fails_with_the_last_reason()
    {
        await StartWorker((job, _) => throw new InvalidOperationException($"no {job.AttemptsMade}"));

        var job = await Reaches(await Add(new JobOptions { Attempts = 3, Backoff = Short }), JobState.Failed);

        job.AttemptsMade.ShouldBe(3);
        job.FailedReason.ShouldBe("no 2");
        job.Stacktrace.Count.ShouldBe(3);
        job.Stacktrace[0].ShouldContain("no 0");
    }

    [Fact]
    public async Task Without_backoff_the_next_attempt_comes_at_once()
    {
        await StartWorker((job, _) => job.AttemptsMade == 0 ? throw new InvalidOperationException("no") : Task.FromResult(Json("1")));

        var job = await Reaches(await Add(new JobOptions { Attempts = 2 }), JobState.Completed);

        job.AttemptsMade.ShouldBe(2);
    }

    [Fact]
    public async Task Waits_between_attempts_double_when_the_backoff_is_exponential()
    {
        var waits = new List<TimeSpan>();
        await StartWorker((_, _) => throw new InvalidOperationException("no"), new WorkerOptions
        {
            OnFailed = failure =>
            {
                waits.Add(failure.RetryDelay);
                return Task.CompletedTask;
            },
        });

        await Reaches(await Add(new JobOptions { Attempts = 4, Backoff = BackoffOptions.Exponential(TimeSpan.FromMilliseconds(10)) }), JobState.Failed);

        await Eventually.Get(() => waits.Count, count => count == 4);
        waits.ShouldBe([TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(40), TimeSpan.Zero]);
    }

    [Fact]
    public async Task An_unrecoverable_error_fails_the_job_whatever_attempts_are_left()
    {
        await StartWorker((_, _) => throw new UnrecoverableError("never"));

        var job = await Reaches(await Add(new JobOptions { Attempts = 5 }), JobState.Failed);

        job.AttemptsMade.ShouldBe(1);
        job.FailedReason.ShouldBe("never");
    }

    [Fact]
    public async Task A_backoff_type_that_is_not_known_fails_the_job_and_is_told()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("no"));

        await Reaches(await Add(new JobOptions { Attempts = 5, Backoff = new BackoffOptions("fibonacci", TimeSpan.Zero) }), JobState.Failed);

        Log.Collector.GetSnapshot().ShouldContain(record => record.Message.Contains("fibonacci"));
    }

    [Fact]
    public async Task A_job_that_fails_for_good_is_in_the_dead_letter_queue_from_the_same_instant()
    {
        var seen = new TaskCompletionSource<(JobState State, Job? DeadLetter, JobFailure Failure)>();
        await StartWorker((_, _) => throw new InvalidOperationException("broken"), WithDeadLetters(async failure =>
        {
            if (!failure.WillRetry)
                seen.SetResult((await Queue.GetJobStateAsync(failure.Job.Id), await DeadLetters.GetJobAsync(failure.Job.Id), failure));
        }));

        await Add(new JobOptions { JobId = "run-1", Attempts = 2, Backoff = Short }, """{"keep":"me"}""");

        var (state, deadLetter, failure) = await seen.Task;
        state.ShouldBe(JobState.Failed);
        failure.DeadLettered.ShouldBeTrue();
        failure.Job.AttemptsMade.ShouldBe(2);
        deadLetter.ShouldNotBeNull();
        var letter = JsonDocument.Parse(deadLetter.Data).RootElement;
        letter.GetProperty("why").GetString().ShouldBe("broken");
        letter.GetProperty("payload").GetProperty("keep").GetString().ShouldBe("me");
        (await DeadLetters.GetJobsAsync([JobState.Waiting])).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_job_that_dies_again_after_a_retry_renews_its_dead_letter()
    {
        var attempt = 0;
        await StartWorker((_, _) => throw new InvalidOperationException($"broken {++attempt}"), WithDeadLetters());
        await Reaches(await Add(new JobOptions { JobId = "again" }), JobState.Failed);

        (await Queue.RetryJobAsync("again", resetAttemptsMade: true)).ShouldBe(RetryResult.Retried);

        await Eventually.Get(() => DeadLetters.GetJobAsync("again"), letter => Text(letter!.Data).Contains("broken 2"));
        (await DeadLetters.GetJobCountsAsync())[JobState.Waiting].ShouldBe(1);
    }

    [Fact]
    public async Task When_the_dead_letter_cannot_be_made_the_payload_itself_is_kept()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("broken"), new WorkerOptions
        {
            DeadLetter = new DeadLetterOptions { QueueName = DeadLetters.Name, Create = (_, _) => throw new FormatException("maker is broken too") },
        });

        await Reaches(await Add(new JobOptions { JobId = "kept" }, """{"keep":"me"}"""), JobState.Failed);

        Text((await DeadLetters.GetJobAsync("kept"))!.Data).ShouldBe("""{"keep":"me"}""");
    }

    [Fact]
    public async Task What_OnFailed_throws_changes_nothing()
    {
        await StartWorker((_, _) => throw new InvalidOperationException("broken"), WithDeadLetters(_ => throw new FormatException("listener")));

        var job = await Reaches(await Add(), JobState.Failed);

        await Eventually.True(() => Log.Collector.GetSnapshot().Any(record => record.Exception is FormatException));
        (await DeadLetters.GetJobAsync(job.Id)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_failed_job_can_be_retried_and_a_waiting_one_cannot()
    {
        var job = await Add();
        (await Queue.RetryJobAsync(job.Id)).ShouldBe(RetryResult.NotInState);
        (await Queue.RetryJobAsync("nobody")).ShouldBe(RetryResult.Missing);
        var broken = true;
        await StartWorker((_, _) => broken ? throw new InvalidOperationException("no") : Task.FromResult(Json("1")));
        await Reaches(job, JobState.Failed);
        broken = false;

        (await Queue.RetryJobAsync(job.Id, resetAttemptsMade: true)).ShouldBe(RetryResult.Retried);

        (await Reaches(job, JobState.Completed)).AttemptsMade.ShouldBe(1);
    }

    private WorkerOptions WithDeadLetters(Func<JobFailure, Task>? onFailed = null) => new()
    {
        OnFailed = onFailed,
        DeadLetter = new DeadLetterOptions
        {
            QueueName = DeadLetters.Name,
            Create = (job, error) => new DeadLetterJob("dead", Json($$"""{"why":"{{error.Message}}","payload":{{Text(job.Data)}}}""")),
        },
    };
}
