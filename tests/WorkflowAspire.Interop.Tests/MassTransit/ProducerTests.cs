using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests.MassTransit;

/// <summary>What a MassTransit application adds, a Node worker processes.</summary>
public sealed class ProducerTests(InteropServers servers) : MassTransitSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task A_Node_worker_processes_what_a_MassTransit_producer_adds(int version)
    {
        var producer = await StartProducer();
        await Node(version).StartWorkerAsync("echo");

        var job = await producer.AddAsync(new Work("ünï ✓"), new JobOptions { JobId = "once" });
        await producer.AddAsync(new Work("again"), new JobOptions { JobId = "once" });

        var done = await Reaches(job.Id, JobState.Completed);
        Json.Text(done.ReturnValue!.Value).ShouldBe("""{"echo":{"text":"ünï ✓"}}""");
        done.Name.ShouldBe("work");
        ((int)(await Node(version).GetJobCountsAsync())["completed"]!).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Node_sees_the_options_that_a_MassTransit_producer_gave(int version)
    {
        var producer = await StartProducer();

        var delayed = await producer.AddAsync(new Work("later"), new JobOptions { Delay = TimeSpan.FromHours(1) });
        var prioritized = await producer.AddAsync("urgent", new Work("first"), new JobOptions { Priority = 3, Attempts = 5, Backoff = BackoffOptions.Fixed(TimeSpan.FromSeconds(2)) });
        var bulk = await producer.AddBulkAsync([new Work("one"), new Work("two")]);

        (await Node(version).GetStateAsync(delayed.Id)).ShouldBe("delayed");
        (await Node(version).GetStateAsync(prioritized.Id)).ShouldBe("prioritized");
        var seen = (await Node(version).GetJobAsync(prioritized.Id))!;
        ((string?)seen["name"], (int)seen["priority"]!, (int)seen["opts"]!["attempts"]!).ShouldBe(("urgent", 3, 5));
        JsonNode.DeepEquals(seen["opts"]!["backoff"], JsonNode.Parse("""{"type":"fixed","delay":2000}""")).ShouldBeTrue();
        (await Node(version).GetJobsAsync("waiting")).Select(job => (string?)job!["id"]).ShouldBe(bulk.Select(job => job.Id));
    }
}
