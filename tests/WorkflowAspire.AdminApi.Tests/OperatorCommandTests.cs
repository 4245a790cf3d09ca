using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.AdminApi.Tests;

/// <summary>What concerns a queue as a whole, on queues that no other test uses.</summary>
public class OperatorCommandTests(OperatorCommandTests.OwnApi own) : IClassFixture<OperatorCommandTests.OwnApi>
{
    [Fact]
    public async Task A_queue_is_paused_and_resumed()
    {
        var paused = await (await own.Api.Client.PostAsync("/api/queues/workflow-execution/pause", null)).JsonAsync();
        paused.GetProperty("isPaused").GetBoolean().ShouldBeTrue();
        (await own.Api.Execution.IsPausedAsync()).ShouldBeTrue();

        var resumed = await (await own.Api.Client.PostAsync("/api/queues/workflow-execution/resume", null)).JsonAsync();
        resumed.GetProperty("isPaused").GetBoolean().ShouldBeFalse();
        (await own.Api.Execution.IsPausedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task Every_dead_letter_that_can_be_is_replayed_and_the_others_stay_with_a_reason()
    {
        var completed = await own.Api.AddRunAsync(RunStatus.Completed);
        await own.Api.AddDeadLetterAsync(completed.Id.ToString(), completed);
        var failed = new List<WorkflowRun>();
        // More than are read at a time.
        for (var i = 0; i < 105; i++)
        {
            failed.Add(await own.Api.AddRunAsync(RunStatus.Failed));
            await own.Api.AddDeadLetterAsync(failed[i].Id.ToString(), failed[i]);
        }

        var answer = await (await own.Api.Client.PostAsync("/api/dlq/replay", null)).JsonAsync();

        answer.GetProperty("replayed").GetInt32().ShouldBe(105);
        answer.GetProperty("refused").GetInt32().ShouldBe(1);
        var reason = answer.GetProperty("reasons").EnumerateArray().ShouldHaveSingleItem();
        reason.Text("id").ShouldBe(completed.Id.ToString());
        reason.Text("reason")!.ShouldContain("completed");
        foreach (var run in failed) (await own.Api.Execution.GetJobStateAsync(run.Id.ToString())).ShouldBe(JobState.Waiting);
        (await own.Api.DeadLetters.GetJobCountsAsync())[JobState.Waiting].ShouldBe(1);
    }

    public sealed class OwnApi : IAsyncLifetime
    {
        public AdminApiProcess Api { get; } = new();

        public ValueTask InitializeAsync() => Api.InitializeAsync();

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }
}
