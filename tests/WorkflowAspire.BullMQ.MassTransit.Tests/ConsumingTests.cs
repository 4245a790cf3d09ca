using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>Raw jobs as messages.</summary>
public abstract class ConsumingTests(RedisCompatibleServer redis) : RiderSpecification(redis)
{
    [Theory]
    [InlineData("""{"number":1,"customer":"Ada"}""")]
    [InlineData("""{"Number":1,"CUSTOMER":"Ada","unknown":[{}]}""")]
    public async Task A_job_of_raw_JSON_is_consumed_and_completes(string data)
    {
        await Start<OrderConsumer>();

        var job = await Add(data: data);

        (await Reaches(job, JobState.Completed)).ReturnValue.ShouldNotBeNull();
        Calls.Made.Single().Message.ShouldBe(new Order(1, "Ada"));
        (await Harness.Consumed.Any<Order>(TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_an_envelope_would_say_comes_from_the_job()
    {
        await Start<OrderConsumer>();
        var id = Guid.NewGuid();

        var job = await Add(new JobOptions { JobId = id.ToString() });

        var done = await Reaches(job, JobState.Completed);
        var context = Calls.Made.Single();
        (context.MessageId, context.ConversationId, context.CorrelationId).ShouldBe((id, id, null));
        context.SentTime.ShouldBe(done.Timestamp.UtcDateTime);
        context.SourceAddress.ShouldBe(new Uri($"bullmq:bull/{Queue.Name}"));
        context.DestinationAddress.ShouldBe(new Uri($"bullmq:bull/{Queue.Name}"));
        context.ReceiveContext.InputAddress.ShouldBe(new Uri($"bullmq:bull/{Queue.Name}"));
        context.ReceiveContext.Body.GetString().ShouldBe("""{"number":1,"customer":"Ada"}""");
    }

    [Fact]
    public async Task A_job_has_the_same_message_id_at_each_attempt_and_another_than_its_neighbour()
    {
        Calls.Do = _ => throw new InvalidOperationException("again");
        await Start<OrderConsumer>();

        await Reaches(await Add(new JobOptions { Attempts = 2 }), JobState.Failed);
        await Reaches(await Add(), JobState.Failed);

        var ids = Calls.Made.Select(context => context.MessageId!.Value).ToList();
        ids[0].ShouldBe(ids[1]);
        ids[2].ShouldNotBe(ids[0]);
    }

    [Fact]
    public async Task The_job_is_at_hand_with_its_progress_log_lock_and_result()
    {
        BullMQJob? job = null;
        Calls.Do = async context =>
        {
            job = context.GetBullMQJob();
            await job.UpdateProgressAsync(JobProgress.FromDouble(50), context.CancellationToken);
            await job.LogAsync("half of it", context.CancellationToken);
            (await job.ExtendLockAsync(TimeSpan.FromMinutes(2), context.CancellationToken)).ShouldBeTrue();
            job.SetResult(new { total = 2 });
        };
        await Start<OrderConsumer>(e => e.WorkerName = "shop");

        var added = await Add(new JobOptions { Attempts = 3, Priority = 7 });

        var done = await Reaches(added, JobState.Completed);
        Text(done.ReturnValue).ShouldBe("""{"total":2}""");
        Text(done.Progress.Json).ShouldBe("50");
        (await Queue.GetJobLogsAsync(added.Id, ct: TestContext.Current.CancellationToken)).Rows.ShouldBe(["half of it"]);
        done.ProcessedBy.ShouldBe("shop");
        job.ShouldNotBeNull();
        (job.Id, job.Name, job.Attempt, job.QueueName, job.Options.Priority).ShouldBe((added.Id, "order", 1, Queue.Name, 7));
        job.Timestamp.ShouldBe(done.Timestamp);
        job.ProcessedOn.ShouldBe(done.ProcessedOn!.Value, TimeSpan.FromSeconds(2));
        job.Token.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_message_of_another_transport_has_no_job()
    {
        var had = new TaskCompletionSource<bool>();
        Calls.Do = context =>
        {
            Should.Throw<PayloadNotFoundException>(context.GetBullMQJob).Message.ShouldContain("is no BullMQ job");
            had.SetResult(context.TryGetBullMQJob(out _));
            return Task.CompletedTask;
        };
        Build(x => x.AddConsumer<OrderConsumer>());
        await Harness.Start();

        await Harness.Bus.Publish(new Order(1, "Ada"), TestContext.Current.CancellationToken);

        (await had.Task).ShouldBeFalse();
    }

    [Fact]
    public async Task Payloads_are_read_as_the_endpoint_says()
    {
        await Start<OrderConsumer>(e => e.JsonSerializerOptions = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper });

        await Reaches(await Add(data: """{"NUMBER":3,"CUSTOMER":"Bob"}"""), JobState.Completed);

        Calls.Made.Single().Message.ShouldBe(new Order(3, "Bob"));
    }

    [Fact]
    public async Task Payloads_are_read_without_reflection_where_a_type_info_is_given()
    {
        await Start<OrderConsumer>(e => e.JsonTypeInfo = OrderJson.Default.Order);

        await Reaches(await Add(data: """{"NUMBER":3,"CUSTOMER":"Bob"}"""), JobState.Completed);

        Calls.Made.Single().Message.ShouldBe(new Order(3, "Bob"));
    }

    [Fact]
    public void A_type_info_of_another_type_is_refused()
    {
        Should.Throw<ConfigurationException>(() => Start<OrderConsumer>(e => e.JsonTypeInfo = OrderJson.Default.String))
            .InnerException!.Message.ShouldContain("is WorkflowAspire.BullMQ.MassTransit.Tests.Order, and the JsonTypeInfo that was given is for System.String");
    }

    [Fact]
    public async Task A_message_may_be_an_interface()
    {
        var customer = new TaskCompletionSource<string>();
        await Start<IOrder>(_ => { }, (_, e) => e.Handler<IOrder>(context =>
        {
            customer.SetResult(context.Message.Customer);
            return Task.CompletedTask;
        }));

        await Reaches(await Add(), JobState.Completed);

        (await customer.Task).ShouldBe("Ada");
    }

    public interface IOrder
    {
        string Customer { get; }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseUpper)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(string))]
internal sealed partial class OrderJson : JsonSerializerContext;
