using Ical.Net.DataTypes;
using Ical.Net.Evaluation;
using Microsoft.Extensions.Time.Testing;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Schedulers whose patterns are recurrence rules (RFC 5545): what a program writes for it, with a library that knows them.</summary>
public class RecurrenceRuleTests(RedisServer redis) : QueueSpecification(redis)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=18;BYMINUTE=0;BYSECOND=0", "2026-01-30T18:00:00Z")]
    [InlineData("FREQ=DAILY;INTERVAL=2", "2026-01-17T12:00:00Z")]
    [InlineData("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29T12:00:00Z")]
    public async Task A_schedulers_first_job_is_due_when_its_rule_says(string rule, string due)
    {
        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { RepeatStrategy = ByRule }, new FakeTimeProvider(Noon));

        var job = await queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = rule });

        (job!.Timestamp + job.Delay).ShouldBe(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_rule_that_has_ended_makes_no_job()
    {
        var queue = new Queue(Queue.Name, Redis.Connection, new QueueOptions { RepeatStrategy = ByRule }, new FakeTimeProvider(Noon));

        (await queue.UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = "FREQ=DAILY;UNTIL=20251231T000000Z" })).ShouldBeNull();

        (await Queue.GetJobSchedulersCountAsync()).ShouldBe(0);
    }

    // A rule repeats from where it starts; without a start, from the job before.
    private static ValueTask<DateTimeOffset?> ByRule(DateTimeOffset after, RepeatOptions options, string jobName)
    {
        var (start, from) = (Instant(options.StartDate ?? after), Instant(after));
        foreach (var occurrence in new RecurrencePatternEvaluator(new RecurrenceRule(options.Pattern!)).Evaluate(start, from, new EvaluationOptions()))
            if (occurrence.StartTime.AsUtc is var at && at > after.UtcDateTime) return ValueTask.FromResult<DateTimeOffset?>(new DateTimeOffset(at, TimeSpan.Zero));
        return ValueTask.FromResult<DateTimeOffset?>(null);
    }

    private static CalDateTime Instant(DateTimeOffset at) => new(at.UtcDateTime, "UTC", hasTime: true);
}
