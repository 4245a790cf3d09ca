using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.Logging;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.MassTransit.Tests;

/// <summary>What leaves the pipe is what the worker records.</summary>
public abstract class FailureTests(RedisCompatibleServer redis) : RiderSpecification(redis)
{
    private Queue DeadLetters => new($"{Queue.Name}-dlq", Redis.Connection);

    [Fact]
    public async Task An_exception_is_a_failed_attempt_with_the_jobs_backoff_and_the_consumers_own_stack_trace()
    {
        Calls.Do = _ => Calls.Made.Count == 1 ? FailDeepDown() : Task.CompletedTask;
        await Start<OrderConsumer>();

        var job = await Add(new JobOptions { Attempts = 2, Backoff = BackoffOptions.Fixed(TimeSpan.FromMilliseconds(300)) });

        var done = await Reaches(job, JobState.Completed);
        Calls.Made.Select(context => context.GetBullMQJob().Attempt).ShouldBe([1, 2]);
        (Calls.Made.Last().GetBullMQJob().ProcessedOn - Calls.Made.First().GetBullMQJob().ProcessedOn).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(300));
        done.FailedReason.ShouldBe("deep down");
        done.Stacktrace.Single().ShouldStartWith("System.InvalidOperationException: deep down");
        done.Stacktrace.Single().ShouldContain(nameof(FailDeepDown));
    }

    [Fact]
    public async Task After_the_last_attempt_the_job_is_in_the_dead_letter_queue()
    {
        Calls.Do = _ => throw new InvalidOperationException("never");
        await Start<OrderConsumer>(e => e.DeadLetter(DeadLetters.Name, (job, error) => new DeadLetterJob("dead", Json($$"""{"of":"{{job.Id}}","why":"{{error.Message}}"}"""))));

        var job = await Add(new JobOptions { Attempts = 2 });

        (await Reaches(job, JobState.Failed)).AttemptsMade.ShouldBe(2);
        var dead = (await DeadLetters.GetJobAsync(job.Id))!;
        (dead.Name, Text(dead.Data)).ShouldBe(("dead", $$"""{"of":"{{job.Id}}","why":"never"}"""));
    }

    [Theory]
    [InlineData("""{"number":""", "can't be read as WorkflowAspire.BullMQ.MassTransit.Tests.Order: ")]
    [InlineData("""{"number":"many"}""", "can't be read as WorkflowAspire.BullMQ.MassTransit.Tests.Order: ")]
    [InlineData("null", "is null, and WorkflowAspire.BullMQ.MassTransit.Tests.Order was expected.")]
    public async Task A_payload_that_cannot_be_read_fails_for_good_at_once(string data, string reason)
    {
        await Start<OrderConsumer>(e => e.DeadLetter(DeadLetters.Name));

        var job = await Add(new JobOptions { Attempts = 5 }, data);

        var failed = await Reaches(job, JobState.Failed);
        failed.AttemptsMade.ShouldBe(1);
        failed.FailedReason.ShouldStartWith($"The payload of job {job.Id} in queue '{Queue.Name}' {reason}");
        var dead = (await DeadLetters.GetJobAsync(job.Id))!;
        (dead.Name, Text(dead.Data)).ShouldBe(("order", data));
        Calls.Made.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("constructor")]
    [InlineData("setter")]
    [InlineData("converter")]
    public async Task A_payload_that_its_type_itself_refuses_fails_for_good_at_once(string where)
    {
        await Start<Choosy>(rider => rider.AddConsumer<ChoosyConsumer>(), (context, e) => e.ConfigureConsumer<ChoosyConsumer>(context));

        var job = await Add(new JobOptions { Attempts = 5 }, $$"""{"constructor":"{{where}}","setter":"{{where}}","converter":"{{where}}"}""");

        var failed = await Reaches(job, JobState.Failed);
        failed.AttemptsMade.ShouldBe(1);
        failed.FailedReason.ShouldStartWith($"The payload of job {job.Id} in queue '{Queue.Name}' can't be read as {typeof(Choosy)}: ");
        failed.FailedReason.ShouldContain($"no {where}");
    }

    [Fact]
    public async Task A_payload_that_no_consumer_takes_is_a_failed_attempt_and_not_lost()
    {
        await Start<Order>(_ => { }, (_, _) => { });

        (await Reaches(await Add(), JobState.Failed)).FailedReason!.ShouldContain("not consumed", Case.Insensitive);
    }

    [Fact]
    public async Task MassTransits_own_retries_happen_within_an_attempt()
    {
        Calls.Do = _ => Calls.Made.Count < 3 ? FailDeepDown() : Task.CompletedTask;
        await Start<OrderConsumer>(e => e.UseMessageRetry(retry => retry.Immediate(5)));

        var done = await Reaches(await Add(), JobState.Completed);

        (Calls.Made.Count, done.AttemptsMade, done.Stacktrace.Count).ShouldBe((3, 1, 0));
    }

    [Fact]
    public async Task An_unrecoverable_error_is_not_retried_by_whatever_middleware()
    {
        Calls.Do = _ => throw new UnrecoverableError("no use");
        await Start<OrderConsumer>(e => e.UseMessageRetry(retry => retry.Interval(5, TimeSpan.FromMinutes(5))));

        var failed = await Reaches(await Add(new JobOptions { Attempts = 4 }), JobState.Failed);

        (Calls.Made.Count, failed.AttemptsMade, failed.FailedReason).ShouldBe((1, 1, "no use"));
    }

    [Fact]
    public async Task An_error_that_comes_of_a_cancelled_call_is_told_as_it_was()
    {
        Calls.Do = _ => throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout");
        await Start<OrderConsumer>();

        var failed = await Reaches(await Add(), JobState.Failed);

        failed.FailedReason.ShouldBe("The request was canceled due to the configured HttpClient.Timeout");
        failed.Stacktrace.Single().ShouldContain(nameof(TaskCanceledException));
    }

    [Fact]
    public async Task Faults_are_published_only_where_the_endpoint_says_so()
    {
        Calls.Do = _ => throw new InvalidOperationException("no");
        await Start<OrderConsumer>();
        await Reaches(await Add(), JobState.Failed);
        Harness.Published.Select<Fault<Order>>(TestContext.Current.CancellationToken).ShouldBeEmpty();
        Log.GetSnapshot().Count(line => line.Level >= LogLevel.Error).ShouldBe(1, "the consumer's fault, told once");
    }

    [Fact]
    public async Task A_published_fault_tells_of_the_job()
    {
        Calls.Do = _ => throw new InvalidOperationException("no");
        await Start<OrderConsumer>(e => e.PublishFaults = true);
        var id = Guid.NewGuid();

        await Reaches(await Add(new JobOptions { JobId = id.ToString() }), JobState.Failed);

        (await Harness.Published.Any<Fault<Order>>(TestContext.Current.CancellationToken)).ShouldBeTrue();
        var fault = Harness.Published.Select<Fault<Order>>(TestContext.Current.CancellationToken).Single().Context.Message;
        (fault.FaultedMessageId, fault.Message.Customer, fault.Exceptions.Single().Message).ShouldBe((id, "Ada", "no"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task FailDeepDown()
    {
        await Task.Yield();
        throw new InvalidOperationException("deep down");
    }

    public sealed class Choosy
    {
        public Choosy(string constructor)
        {
            if (constructor == "constructor") throw new InvalidOperationException("no constructor");
            Constructor = constructor;
        }

        public string Constructor { get; }

        public string Setter
        {
            get => field ?? "";
            set => field = value == "setter" ? throw new FormatException("no setter") : value;
        }

        [JsonConverter(typeof(RefusingConverter))]
        public string? Converter { get; set; }
    }

    public sealed class RefusingConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is "converter" ? throw new KeyNotFoundException("no converter") : reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }

    public sealed class ChoosyConsumer : IConsumer<Choosy>
    {
        public Task Consume(ConsumeContext<Choosy> context) => Task.CompletedTask;
    }
}
