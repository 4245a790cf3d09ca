using System.Text.Json;
using WorkflowAspire.TestServers;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Worker.Tests;

/// <summary>What comes while a run is being parked finds no delayed job to wake; no sweeper helps here.</summary>
public class LostWakeupTests(RedisServer redis) : WorkerSpecification(redis)
{
    protected override string RelayInterval => "01:00:00";

    [Fact]
    public async Task A_signal_that_comes_while_the_run_is_being_parked_is_not_overslept()
    {
        var run = await GivenRun();
        Workflow.Run = async (context, _) =>
        {
            var signal = context.WaitForSignalAsync<JsonElement>("approved");
            // After the look for the signal, before the job is delayed; and nobody wakes the run.
            await Task.WhenAny(signal);
            if (signal.IsFaulted || signal.IsCanceled) await Store.SendSignalAsync(run.Id, "approved", "1", CancellationToken.None);
            return await signal;
        };

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("1");
    }

    [Fact]
    public async Task A_child_that_ends_before_its_parent_is_parked_wakes_it_all_the_same()
    {
        var run = await GivenRun();
        Workflow.Run = async (context, _) =>
        {
            if (context.RunId != run.Id) return JsonElement.Parse("1");
            var child = context.RunChildAsync<int, JsonElement>("child", "scripted", 7);
            await Task.WhenAny(child);
            await Eventually.Get(() => Store.ListChildrenAsync(run.Id), children => children is [{ Status: RunStatus.Completed }]);
            return await child;
        };

        await Enqueue(run);

        (await Reaches(run, RunStatus.Completed)).Output.ShouldBe("1");
    }
}
