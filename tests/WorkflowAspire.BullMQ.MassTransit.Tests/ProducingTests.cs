using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>Jobs from .NET, for consumers of either language.</summary>
public abstract class ProducingTests(RedisCompatibleServer redis) : RiderSpecification(redis)
{
    [Fact]
    public async Task A_job_is_what_a_Node_producer_would_have_written()
    {
        Produce();

        var job = await Producer.AddAsync(new Order(1, "Ada"), new JobOptions { JobId = "one", Priority = 5, Delay = TimeSpan.FromHours(1) }, TestContext.Current.CancellationToken);

        (await Queue.GetJobStateAsync(job.Id, TestContext.Current.CancellationToken)).ShouldBe(JobState.Delayed);
        var stored = (await Queue.GetJobAsync("one", TestContext.Current.CancellationToken))!;
        (stored.Name, Text(stored.Data), stored.Priority, stored.Delay).ShouldBe(("Order", """{"number":1,"customer":"Ada"}""", 5, TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task The_producer_names_writes_and_configures_jobs_as_it_is_told()
    {
        Produce(producer =>
        {
            producer.JobName = "place";
            producer.DefaultJobOptions = new JobOptions { Attempts = 4 };
            producer.JsonSerializerOptions = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseUpper };
        });

        var first = await Producer.AddAsync(new Order(1, "Ada"), cancellationToken: TestContext.Current.CancellationToken);
        var second = await Producer.AddAsync("cancel", new Order(2, "Bob"), new JobOptions { Attempts = 1 }, TestContext.Current.CancellationToken);

        (first.Name, first.Options.Attempts, second.Name, second.Options.Attempts).ShouldBe(("place", 4, "cancel", 1));
        Text((await Queue.GetJobAsync(second.Id, TestContext.Current.CancellationToken))!.Data).ShouldBe("""{"NUMBER":2,"CUSTOMER":"Bob"}""");
    }

    [Fact]
    public async Task Payloads_are_written_without_reflection_where_a_type_info_is_given()
    {
        Produce(producer => producer.JsonTypeInfo = OrderJson.Default.Order);

        Text((await Producer.AddAsync(new Order(2, "Bob"), cancellationToken: TestContext.Current.CancellationToken)).Data).ShouldBe("""{"NUMBER":2,"CUSTOMER":"Bob"}""");
    }

    [Fact]
    public async Task Many_are_added_together_in_their_order()
    {
        Produce();

        var jobs = await Producer.AddBulkAsync([new Order(1, "a"), new Order(2, "b"), new Order(3, "c")], new JobOptions { Attempts = 2 }, TestContext.Current.CancellationToken);

        var waiting = await Queue.GetJobsAsync([JobState.Waiting], ascending: true, ct: TestContext.Current.CancellationToken);
        waiting.Select(job => job.Id).ShouldBe(jobs.Select(job => job.Id));
        waiting.ShouldAllBe(job => job.Options.Attempts == 2);
    }

    [Fact]
    public async Task Jobs_that_are_added_together_cannot_share_an_id()
    {
        Produce();

        (await Should.ThrowAsync<ArgumentException>(() => Producer.AddBulkAsync([new Order(1, "a")], new JobOptions { JobId = "x1" }))).Message
            .ShouldStartWith("Jobs that are added together can't share the job id 'x1'.");
    }

    [Fact]
    public async Task A_consumer_may_add_jobs()
    {
        var rest = new Queue($"{Queue.Name}-rest", Redis.Connection);
        Calls.Do = context => Services.GetRequiredService<IBullMQProducer<Shipped>>().AddAsync(new Shipped(context.Message.Number), cancellationToken: context.CancellationToken);
        await Start<Order>(rider =>
        {
            rider.AddConsumer<OrderConsumer>();
            rider.AddBullMQProducer<Shipped>(rest.Name);
        }, (context, e) => e.ConfigureConsumer<OrderConsumer>(context));

        await Reaches(await Add(), JobState.Completed);

        Text((await rest.GetJobsAsync([JobState.Waiting], ct: TestContext.Current.CancellationToken)).Single().Data).ShouldBe("""{"number":1}""");
    }

    [Fact]
    public async Task A_prefix_holds_for_endpoints_and_producers()
    {
        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { Prefix = "{shop}" });
        Build(x => x.AddRider(rider =>
        {
            rider.AddConsumer<OrderConsumer>();
            rider.AddBullMQProducer<Order>(Queue.Name);
            rider.UsingBullMQ((context, bullmq) =>
            {
                bullmq.Prefix = "{shop}";
                bullmq.QueueEndpoint<Order>(Queue.Name, e => e.ConfigureConsumer<OrderConsumer>(context));
            });
        }));
        await Harness.Start();

        var job = await Producer.AddAsync(new Order(1, "Ada"), cancellationToken: TestContext.Current.CancellationToken);

        await Eventually.Get(() => queue.GetJobStateAsync(job.Id), state => state == JobState.Completed);
    }

    [Fact]
    public void Two_endpoints_on_one_queue_are_refused()
    {
        Build(x => x.AddRider(rider => rider.UsingBullMQ((_, bullmq) =>
        {
            bullmq.QueueEndpoint<Order>("orders", _ => { });
            bullmq.QueueEndpoint<Shipped>("orders", _ => { });
        })));

        Should.Throw<ConfigurationException>(Services.GetRequiredService<IBus>).Message.ShouldContain("The queue 'orders' has more than one endpoint. Give its consumers one endpoint together.");
    }

    private IBullMQProducer<Order> Producer => Services.GetRequiredService<IBullMQProducer<Order>>();

    // The bus is never started.
    private void Produce(Action<IBullMQProducerConfigurator>? configure = null) => Build(x => x.AddRider(rider =>
    {
        rider.AddBullMQProducer<Order>(Queue.Name, configure);
        rider.UsingBullMQ((_, _) => { });
    }));
}
