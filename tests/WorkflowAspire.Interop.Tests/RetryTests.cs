using System.Text.Json.Nodes;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

public class RetryTests(InteropServers servers) : InteropSpecification(servers)
{
    public static MatrixTheoryData<int, string> Backoffs { get; } = new([6, 5], ["fixed", "exponential"]);

    [Theory, MemberData(nameof(Backoffs))]
    public async Task Our_worker_retries_as_Nodes_producer_asked(int version, string backoff)
    {
        var waits = new List<double>();
        await StartWorker((job, _) => Task.FromResult(Processors.Run("fail", job)), new WorkerOptions
        {
            OnFailed = failure =>
            {
                waits.Add(failure.RetryDelay.TotalMilliseconds);
                return Task.CompletedTask;
            },
        });

        var id = await Node(version).AddAsync(1, new JsonObject { ["attempts"] = 3, ["backoff"] = new JsonObject { ["type"] = backoff, ["delay"] = 30 } });

        await Reaches(id, JobState.Failed);
        await Eventually.Get(() => waits.Count, count => count == 3);
        waits.ShouldBe(backoff == "fixed" ? [30, 30, 0] : [30, 60, 0]);
        var seen = (await Node(version).GetJobAsync(id))!;
        seen["attemptsMade"]!.GetValue<int>().ShouldBe(3);
        seen["failedReason"]!.GetValue<string>().ShouldBe("no 2");
        seen["stacktrace"]!.AsArray().Count.ShouldBe(3);
    }

    [Theory, MemberData(nameof(Backoffs))]
    public async Task A_Node_worker_retries_as_our_producer_asked(int version, string backoff)
    {
        var job = await Add(new JobOptions { Attempts = 3, Backoff = new BackoffOptions(backoff, TimeSpan.FromMilliseconds(30)) });

        await Node(version).ProcessAsync("fail", attempts: 3);

        var failed = await Reaches(job.Id, JobState.Failed);
        failed.AttemptsMade.ShouldBe(3);
        failed.FailedReason.ShouldBe("no 2");
        failed.Stacktrace.Count.ShouldBe(3);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task One_side_takes_over_the_retries_that_the_other_began(int version)
    {
        var job = await Add(new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromHours(1)) });
        await Node(version).ProcessAsync("fail");
        // Not before Node's worker has closed, or it makes the second attempt too.
        await (await Reaches(job.Id, JobState.Delayed)).ChangeDelayAsync(TimeSpan.FromMilliseconds(50));

        await StartWorker("failOnce");

        var done = await Reaches(job.Id, JobState.Completed);
        done.AttemptsMade.ShouldBe(2);
        done.FailedReason.ShouldBe("no 0");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_job_that_failed_here_is_retried_from_Node_and_the_reverse(int version)
    {
        await StartWorker("fail");
        var job = await Add();
        await Reaches(job.Id, JobState.Failed);

        await Node(version).RetryAsync(job.Id);
        await Eventually.True(async () => await Queue.GetJobAsync(job.Id) is { AttemptsStarted: 2, FinishedOn: not null });

        (await Queue.RetryJobAsync(job.Id)).ShouldBe(RetryResult.Retried);
        await Eventually.True(async () => await Queue.GetJobAsync(job.Id) is { AttemptsStarted: 3, FinishedOn: not null });
    }
}
