using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>Our reading of cron patterns finds the same times as cron-parser, which Node's package uses.</summary>
public class CronTests(InteropServers servers)
{
    private const int TimesEach = 3;

    // Ordinary moments, and some just before the clocks are turned there, at midnight in Cairo. Where an hour after midnight comes twice
    // (Havana, the Azores) cron-parser takes the second of the two for what it steps to by days, and ours the first, as everywhere.
    private static readonly (string Zone, string[] Moments)[] Places =
    [
        ("UTC", ["2026-01-01T00:00:00Z", "2026-02-28T23:59:59.500Z"]),
        ("Europe/Berlin", ["2026-03-28T22:10:00Z", "2026-03-29T00:30:00Z", "2026-10-24T22:15:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z"]),
        ("America/New_York", ["2026-03-08T06:30:00Z", "2026-11-01T05:20:00Z"]),
        ("Australia/Sydney", ["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"]),
        ("Africa/Cairo", ["2026-04-23T21:30:00Z", "2026-10-29T20:30:00Z"]),
        ("Asia/Kolkata", ["2026-06-01T00:00:00Z"]),
    ];

    [Fact]
    public async Task Patterns_that_people_write_mean_the_same_on_both_sides()
    {
        string[] patterns =
        [
            "* * * * *", "*/5 * * * *", "0 * * * *", "0 0 * * *", "30 2 * * *", "30 1 * * *", "15 14 1 * *", "0 22 * * 1-5", "23 0-20/2 * * *", "5 4 * * sun", "0 0,12 1 */2 *",
            "0 4 8-14 * *", "0 0 1,15 * 3", "0 0 13 * 5", "0 0 L * *", "0 0 15,L * *", "0 12 * * 5L", "0 12 * * 1,5L", "0 12 * * 5#3", "0 12 * * MON#1", "0 9 ? * MON-FRI", "0 9 * JAN,jul ?",
            "* * * * * *", "*/10 * * * * *", "30 15 10 * * *", "0 0 0 29 2 *", "@daily", "@hourly", "@weekly", "@monthly", "@yearly", "@annually", "@minutely", "@secondly", "@weekdays", "@weekends",
            "0 0 * * 7", "0 0 * * 5-7", "0 0 * * */2", "0 0 * * 1/2", "0 5/3 * * *", "0 */70 * * *", "1 2", "7 * *", "0 2-3 * * *", "*/20 2 * * *", "0 23,0 * * *", "0 0 31 * *", "0 0 1-31 * 1",
        ];
        var starts = Places.SelectMany(place => place.Moments.Select(moment => (place.Zone, After: DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture)))).ToArray();
        await AgreesAsync(patterns.SelectMany(pattern => starts.Select(start => new Case(pattern, start.Zone, start.After.ToUnixTimeMilliseconds()))));
    }

    [Fact]
    public async Task Random_patterns_mean_the_same_on_both_sides()
    {
        var random = new Random(20260401);
        var (from, to) = (DateTimeOffset.FromUnixTimeSeconds(1_577_836_800), DateTimeOffset.FromUnixTimeSeconds(2_208_988_800));
        await AgreesAsync(Enumerable.Range(0, 1000).Select(_ => new Case(
            RandomPattern(random), Places[random.Next(Places.Length)].Zone, random.NextInt64(from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds()))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1,1 * * * *")]
    [InlineData("* * * * 0,7")]
    [InlineData("a * * * *")]
    [InlineData("* * * foo *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 15W * *")]
    [InlineData("0 0 L-3 * *")]
    [InlineData("* * * * 5#6")]
    [InlineData("* * * * L")]
    [InlineData("1 2 3 4 5 6 7")]
    [InlineData("@never")]
    public async Task What_Node_refuses_is_refused_here(string pattern)
    {
        if (pattern.Length > 0) (await NodesTimesAsync([new Case(pattern, "UTC", 0)]))[0].ShouldBe(["refused"]);

        await Should.ThrowAsync<ArgumentException>(() => new Queue("cron", servers.Redis.Connection).UpsertJobSchedulerAsync("s", new RepeatOptions { Pattern = pattern }));
    }

    private static string RandomPattern(Random random) =>
        $"{Field(random, 0, 59)} {Field(random, 0, 59)} {Field(random, 0, 23)} {DayField(random)} {Field(random, 1, 12)} {WeekdayField(random)}";

    private static string DayField(Random random) => random.Next(7) switch
    {
        < 3 => "*",
        3 => "L",
        _ => Field(random, 1, 28),
    };

    private static string WeekdayField(Random random) => random.Next(7) switch
    {
        < 3 => "*",
        3 => $"{random.Next(8)}L",
        4 => $"{random.Next(8)}#{random.Next(1, 6)}",
        _ => Field(random, 0, 6),
    };

    private static string Field(Random random, int min, int max)
    {
        var (a, b) = (random.Next(min, max + 1), random.Next(min, max + 1));
        return random.Next(11) switch
        {
            < 3 => "*",
            < 6 => $"{a}",
            < 8 => string.Join(',', new[] { a, b, random.Next(min, max + 1) }.Distinct()),
            8 => $"{Math.Min(a, b)}-{Math.Max(a, b)}",
            9 => $"*/{random.Next(1, 31)}",
            _ => $"{a}/{random.Next(1, 11)}",
        };
    }

    private async Task AgreesAsync(IEnumerable<Case> cases)
    {
        var all = cases.ToArray();
        var theirs = await NodesTimesAsync(all);

        var differences = all.Zip(theirs, all.Select(Ours)).Where(entry => !entry.Second.SequenceEqual(entry.Third))
            .Select(entry => $"{entry.First}: Node {string.Join(' ', entry.Second.Select(Readable))}, ours {string.Join(' ', entry.Third.Select(Readable))}").ToArray();

        differences.ShouldBeEmpty($"{differences.Length} of {all.Length} differ:\n{string.Join('\n', differences.Take(40))}");
    }

    private static string Readable(string time) =>
        long.TryParse(time, out var milliseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-ddTHH:mm:ss", null) : time;

    private async Task<string[][]> NodesTimesAsync(Case[] cases)
    {
        var answers = new List<string[]>();
        foreach (var some in cases.Chunk(1000))
        {
            var asked = new JsonArray([.. some.Select(one => (JsonNode)new JsonObject { ["pattern"] = one.Pattern, ["tz"] = one.Zone, ["after"] = one.After, ["count"] = TimesEach })]);
            var answer = (JsonArray)(await servers.Node.CallAsync(6, "cronNext", null, asked))!;
            answers.AddRange(answer.Select(times => times!.AsArray().Select(time => time?.ToString() ?? "none").ToArray()));
        }

        return [.. answers];
    }

    private static string[] Ours(Case one)
    {
        var (found, after) = (new List<string>(), DateTimeOffset.FromUnixTimeMilliseconds(one.After));
        var zone = TimeZoneInfo.FindSystemTimeZoneById(one.Zone);
        try
        {
            var pattern = BullMQ.Scheduling.CronPattern.Parse(one.Pattern);
            while (found.Count < TimesEach)
            {
                if (pattern.Next(after, zone) is not { } next)
                {
                    found.Add("none");
                    break;
                }

                after = next;
                found.Add($"{after.ToUnixTimeMilliseconds()}");
            }
        }
        catch (FormatException)
        {
            found.Add("refused");
        }

        return [.. found];
    }

    private sealed record Case(string Pattern, string Zone, long After);
}
