using MassTransit;
using Microsoft.Extensions.Logging;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>A consumer that puts its job off, or back.</summary>
public abstract class MovingTests(RedisCompatibleServer redis) : RiderSpecification(redis)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_is_put_off_without_losing_an_attempt(bool throws)
    {
        Calls.Do = async context =>
        {
            if (Calls.Made.Count > 1) return;
            await context.GetBullMQJob().DelayAsync(TimeSpan.FromMilliseconds(200), context.CancellationToken);
            if (throws) throw new DelayedError();
        };
        await Start<OrderConsumer>(e => e.UseMessageRetry(retry => retry.Immediate(3)));

        var done = await Reaches(await Add(), JobState.Completed);

        (Calls.Made.Count, done.AttemptsMade, done.AttemptsStarted, done.FailedReason).ShouldBe((2, 1, 2, null));
        ShouldHaveLoggedNoError();
    }

    [Fact]
    public async Task A_job_that_the_consumer_itself_has_put_off_is_left_alone()
    {
        Calls.Do = async context =>
        {
            if (Calls.Made.Count > 1) return;
            await context.GetBullMQJob().Job.MoveToDelayedAsync(DateTimeOffset.UtcNow.AddMilliseconds(100), ct: context.CancellationToken);
            throw new DelayedError();
        };
        await Start<OrderConsumer>(e => e.UseMessageRetry(retry => retry.Immediate(3)));

        var done = await Reaches(await Add(), JobState.Completed);

        (Calls.Made.Count, done.AttemptsMade).ShouldBe((2, 1));
        ShouldHaveLoggedNoError();
    }

    [Fact]
    public async Task A_job_is_put_back_to_wait()
    {
        Calls.Do = context => Calls.Made.Count > 1 ? Task.CompletedTask : context.GetBullMQJob().MoveToWaitAsync(context.CancellationToken);
        await Start<OrderConsumer>();

        var done = await Reaches(await Add(), JobState.Completed);

        (Calls.Made.Count, done.AttemptsMade).ShouldBe((2, 1));
    }

    [Fact]
    public async Task A_consumer_that_meets_a_rate_limit_stops_the_queue_for_a_time()
    {
        Calls.Do = context => Calls.Made.Count > 1 ? Task.CompletedTask : context.GetBullMQJob().RateLimitAsync(TimeSpan.FromMilliseconds(300), context.CancellationToken);
        await Start<OrderConsumer>(e => e.Limiter = new RateLimiterOptions(1000, TimeSpan.FromSeconds(1)));

        var done = await Reaches(await Add(), JobState.Completed);

        (Calls.Made.Count, done.AttemptsMade).ShouldBe((2, 1));
        var (first, second) = (Calls.Made.First().GetBullMQJob().ProcessedOn, Calls.Made.Last().GetBullMQJob().ProcessedOn);
        (second - first).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(250));
        ShouldHaveLoggedNoError();
    }

    [Fact]
    public async Task An_error_after_the_job_was_put_off_changes_nothing_for_the_job()
    {
        Calls.Do = async context =>
        {
            if (Calls.Made.Count > 1) return;
            await context.GetBullMQJob().DelayAsync(TimeSpan.FromMilliseconds(100), context.CancellationToken);
            throw new InvalidOperationException("too late");
        };
        await Start<OrderConsumer>();

        var done = await Reaches(await Add(), JobState.Completed);

        (Calls.Made.Count, done.AttemptsMade, done.FailedReason).ShouldBe((2, 1, null));
        Log.GetSnapshot().ShouldContain(line => line.Level == LogLevel.Error && line.Exception!.Message == "too late");
    }

    private void ShouldHaveLoggedNoError() => Log.GetSnapshot().ShouldNotContain(line => line.Level >= LogLevel.Warning);
}
