using System.Text;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Jobs for tests of what processes them.</summary>
public class DetachedJobTests
{
    [Fact]
    public void A_job_is_made_without_Redis_as_a_worker_would_have_taken_it()
    {
        var job = Job.Detached("mail", "7", "welcome", "1"u8.ToArray(), new JobOptions { Attempts = 3, Priority = 2 }, attemptsMade: 1);

        (job.Id, job.Name, Encoding.UTF8.GetString(job.Data.Span), job.Priority, job.AttemptsMade, job.AttemptsStarted).ShouldBe(("7", "welcome", "1", 2, 1, 2));
        job.HasAttemptsLeft.ShouldBeTrue();
        job.Token.ShouldNotBeNullOrEmpty();
        job.ProcessedOn.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_needs_Redis_says_so()
    {
        var job = Job.Detached("mail", "7", "welcome", "1"u8.ToArray());

        foreach (var needsRedis in new Func<Task>[] { () => job.LogAsync("row"), () => job.UpdateProgressAsync(JobProgress.FromDouble(1)), () => job.MoveToDelayedAsync(DateTimeOffset.UtcNow), () => job.RemoveAsync() })
            (await Should.ThrowAsync<InvalidOperationException>(needsRedis)).Message.ShouldBe("This job of 'mail' was made without Redis, so nothing can be read or changed there.");
    }

    [Fact]
    public void An_option_outside_its_range_is_refused() =>
        Should.Throw<ArgumentException>(() => Job.Detached("mail", "7", "welcome", "1"u8.ToArray(), new JobOptions { Priority = -1 })).Message.ShouldContain("priority", Case.Insensitive);
}
