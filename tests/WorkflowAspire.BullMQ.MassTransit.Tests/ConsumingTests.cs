using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>Raw jobs as messages.</summary>
public class ConsumingTests(RedisServer redis) : RiderSpecification(redis)
{
    [Fact]
    public async Task A_job_of_raw_JSON_is_consumed_and_completes()
    {
        await Start<OrderConsumer>();

        var job = await Add();

        await Reaches(job, JobState.Completed);
        Calls.Made.Single().Message.ShouldBe(new Order(1, "Ada"));
        (await Harness.Consumed.Any<Order>(TestContext.Current.CancellationToken)).ShouldBeTrue();
    }
}
