using WorkflowAspire.TestServers;

namespace WorkflowAspire.BullMQ.Tests;

/// <summary>Names and payloads of any text and of any size that Redis takes.</summary>
public abstract class PayloadTests(RedisCompatibleServer redis) : QueueSpecification(redis)
{
    public static TheoryData<string> Texts { get; } =
    [
        "", " ", "a:b", "\"quoted\" 'twice'", "line\nbreak\r\ttab", "nul\0nul", string.Concat(Enumerable.Range(0, 256).Select(code => (char)code)),
        "ünï 漢字 \U0001F680 👩‍👩‍👧 e\u0301", "\uFEFF\uFFFE\uFFFF\U0010FFFF", "{\"a\":[1]}", "%d %s \\x00 ${x}", "-- ]] end", "*1\r\n$4\r\nPING\r\n",
    ];

    [Theory, MemberData(nameof(Texts))]
    public async Task A_job_of_any_name_and_text_is_processed_with_both_byte_for_byte(string text)
    {
        var data = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(text);
        await StartWorker((job, _) => Task.FromResult(job.Data));

        var done = await Reaches(await Queue.AddAsync(text, data), JobState.Completed);

        done.Name.ShouldBe(text);
        done.Data.ToArray().ShouldBe(data);
        done.ReturnValue!.Value.ToArray().ShouldBe(data);
        Processed.ShouldHaveSingleItem().Name.ShouldBe(text);
    }

    [Theory, MemberData(nameof(Texts))]
    public async Task A_kind_of_any_text_keeps_its_jobs_out(string text)
    {
        if (text.Length == 0) return;
        var kind = new JobOptions { Deduplication = new DeduplicationOptions(text) };

        var first = await Add(kind);

        (await Add(kind)).Id.ShouldBe(first.Id);
        (await Queue.GetDeduplicationJobIdAsync(text)).ShouldBe(first.Id);
        (await Queue.GetJobAsync(first.Id))!.DeduplicationId.ShouldBe(text);
    }

    [Fact]
    public async Task Ten_megabytes_are_added_and_processed()
    {
        var data = new byte[10 * 1024 * 1024];
        new Random(1).NextBytes(data);
        for (var i = 0; i < data.Length; i++) data[i] = (byte)('a' + (data[i] % 26));
        (data[0], data[^1]) = ((byte)'"', (byte)'"');
        await StartWorker((job, _) => Task.FromResult(job.Data));

        var job = await Queue.AddAsync("large", data);
        await Reaches(job, JobState.Completed);

        var done = (await Queue.GetJobAsync(job.Id))!;
        done.Data.Span.SequenceEqual(data).ShouldBeTrue();
        done.ReturnValue!.Value.Span.SequenceEqual(data).ShouldBeTrue();
    }

    [Fact]
    public async Task Small_jobs_that_are_added_beside_large_ones_are_processed_in_their_order()
    {
        await StartWorker();
        var large = Json($"\"{new string('x', 3_000_000)}\"");

        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => Queue.AddAsync($"{n}", n % 3 == 0 ? large : Json($"{n}"))));

        await Eventually.Get(() => Processed.Count, count => count == 12);
        Processed.Select(job => job.Name).ShouldBe(Enumerable.Range(0, 12).Select(n => $"{n}"));
    }
}
