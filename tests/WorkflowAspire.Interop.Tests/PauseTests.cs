using WorkflowAspire.TestServers;

namespace WorkflowAspire.Interop.Tests;

public class PauseTests(InteropServers servers) : InteropSpecification(servers)
{
    [Theory, MemberData(nameof(Versions))]
    public async Task What_Node_pauses_our_worker_leaves_until_Node_resumes_it(int version)
    {
        await StartWorker("echo");
        await Node(version).AddAsync(1);
        await Eventually.Get(() => Queue.GetJobCountsAsync(), counts => counts[JobState.Completed] == 1);

        await Node(version).PauseAsync();
        (await Queue.IsPausedAsync()).ShouldBeTrue();
        var theirs = await Node(version).AddAsync(2);
        var ours = await Add();
        (await Queue.GetJobStateAsync(theirs)).ShouldBe(JobState.Waiting);
        (await Queue.GetJobStateAsync(ours.Id)).ShouldBe(JobState.Waiting);

        await Node(version).ResumeAsync();
        await Reaches(theirs, JobState.Completed);
        await Reaches(ours.Id, JobState.Completed);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task What_we_pause_a_Node_worker_leaves_until_we_resume_it(int version)
    {
        await Node(version).ReadyAsync();
        var before = await Add();
        await Queue.PauseAsync();
        (await Node(version).IsPausedAsync()).ShouldBeTrue();
        await Node(version).StartWorkerAsync("echo");
        var theirs = await Node(version).AddAsync(2);
        var ours = await Add();

        await Queue.ResumeAsync();

        foreach (var id in new[] { before.Id, theirs, ours.Id }) await Reaches(id, JobState.Completed);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Jobs_keep_their_order_when_Node_pauses_and_we_resume(int version)
    {
        for (var i = 0; i < 3; i++) await Node(version).AddAsync(i);
        await Node(version).PauseAsync();
        await Add(data: "3");
        await Node(version).AddAsync(4);

        await Queue.ResumeAsync();

        (await Queue.GetJobsAsync([JobState.Waiting], ascending: true)).Select(job => Json.Text(job.Data)).ShouldBe(["0", "1", "2", "3", "4"]);
        (await Queue.GetJobCountsAsync())[JobState.Paused].ShouldBe(0);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Jobs_keep_their_order_when_we_pause_and_Node_resumes(int version)
    {
        await Node(version).ReadyAsync();
        for (var i = 0; i < 3; i++) await Add(data: $"{i}");
        await Queue.PauseAsync();
        await Node(version).AddAsync(3);
        await Add(data: "4");

        await Node(version).ResumeAsync();

        (await Node(version).GetJobsAsync("waiting")).Select(job => job!["data"]!.GetValue<int>()).ShouldBe([0, 1, 2, 3, 4]);
    }
}
