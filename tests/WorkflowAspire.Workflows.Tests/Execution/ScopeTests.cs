using WorkflowAspire.Workflows.Execution;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class ScopeTests : EngineSpecification
{
    private static readonly int[] Items = [.. Enumerable.Range(0, 8)];

    [Fact]
    public async Task Items_give_their_results_in_order_and_their_steps_have_names_of_their_own()
    {
        var lease = await AcceptAndClaim();

        var output = await Execute(lease, async context => string.Join(' ', await context.ForEachAsync("each", Items, 3, (item, n, index) => item.StepAsync("double", async _ =>
        {
            await Task.Yield();
            return n * 2;
        }))));

        output.ShouldBe("\"0 2 4 6 8 10 12 14\"");
        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => step.Name).ShouldBe(Items.Select(n => $"each[{n}]/double"), ignoreOrder: true);
        (await Store.ListStepsAsync(lease.Run.Id)).ShouldAllBe(step => step.Position == 1);
    }

    [Fact]
    public async Task No_more_items_run_at_a_time_than_allowed()
    {
        var (running, most) = (0, 0);

        await Execute(async context =>
        {
            await context.ForEachAsync("each", Items, 3, async (item, _, _) =>
            {
                await item.StepAsync("count", async _ =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    for (var i = 0; i < 20; i++) await Task.Yield();
                    Interlocked.Decrement(ref running);
                });
                return 0;
            });
            return "";
        });

        most.ShouldBeInRange(2, 3);
    }

    [Fact]
    public async Task When_an_item_fails_those_that_run_end_and_no_new_one_begins()
    {
        var begun = new List<int>();
        var ended = new List<int>();
        var together = new TaskCompletionSource();

        var error = await Should.ThrowAsync<InvalidOperationException>(() => Execute(async context =>
        {
            await context.ForEachAsync("each", Items, 2, (item, n, _) => item.StepAsync("work", async _ =>
            {
                lock (begun) begun.Add(n);
                if (n == 0)
                {
                    await together.Task;
                    throw new InvalidOperationException("item 0");
                }

                together.TrySetResult();
                for (var i = 0; i < 100; i++) await Task.Yield();
                lock (ended) ended.Add(n);
                return n;
            }, new StepOptions { Attempts = 1 }));
            return "";
        }));

        error.Message.ShouldBe("item 0");
        ended.ShouldBe(begun.Except([0]));
        begun.Count.ShouldBeLessThan(Items.Length);
    }

    [Fact]
    public async Task Branches_give_their_results_by_name_and_a_repeated_attempt_takes_them_from_their_checkpoints()
    {
        var lease = await AcceptAndClaim();
        var taken = 0;
        async Task<string> Workflow(WorkflowContext context)
        {
            var results = await context.ParallelAsync("both", new Dictionary<string, Func<WorkflowContext, Task<int>>>
            {
                ["b"] = branch => branch.StepAsync("take", _ => Task.FromResult(Interlocked.Increment(ref taken))),
                ["a"] = branch => branch.StepAsync("take", _ => Task.FromResult(Interlocked.Increment(ref taken))),
            });
            return string.Join(' ', results.Keys);
        }

        (await Execute(lease, Workflow)).ShouldBe("\"b a\"");
        await Execute(await NextAttempt(lease), Workflow);

        taken.ShouldBe(2);
        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => step.Name).ShouldBe(["both[a]/take", "both[b]/take"], ignoreOrder: true);
    }

    [Fact]
    public async Task Loops_nest_and_an_empty_one_is_no_trouble()
    {
        var lease = await AcceptAndClaim();

        var output = await Execute(lease, async context =>
        {
            var rows = await context.ForEachAsync("row", [0, 1], 2, async (row, r, _) =>
                (await row.ForEachAsync("cell", [0, 1], 2, (cell, c, _) => cell.StepAsync("add", _ => Task.FromResult(r + c)))).Sum());
            return $"{rows.Sum()} {(await context.ForEachAsync("none", Array.Empty<int>(), 4, (_, n, _) => Task.FromResult(n))).Count}";
        });

        output.ShouldBe("\"4 0\"");
        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => step.Name).ShouldContain("row[1]/cell[0]/add");
    }

    [Fact]
    public async Task An_item_that_waits_keeps_its_place_and_the_loop_waits_for_it()
    {
        var lease = await AcceptAndClaim();
        async Task<string> Workflow(WorkflowContext context) => string.Join(' ', await context.ForEachAsync("each", Items, 2, async (item, n, _) =>
        {
            if (n < 2) await item.WaitAsync("pause", TimeSpan.FromHours(1));
            return await item.StepAsync("work", _ => Task.FromResult(n));
        }));

        await Park(lease, Workflow);
        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => step.Name).ShouldBe(["each[0]/pause", "each[1]/pause"], ignoreOrder: true);
        Time.Advance(TimeSpan.FromHours(1));

        (await Execute(await Claim(lease.Run), Workflow)).ShouldBe("\"0 1 2 3 4 5 6 7\"");
    }

    [Fact]
    public async Task A_branch_that_fails_ends_the_group_although_another_waits_and_the_run_can_end_without_it()
    {
        var lease = await AcceptAndClaim();

        var result = await Attempt(lease, async context =>
        {
            try
            {
                await context.ParallelAsync("both", new Dictionary<string, Func<WorkflowContext, Task<int>>>
                {
                    ["waits"] = async branch => { await branch.WaitAsync("pause", TimeSpan.FromDays(1)); return 1; },
                    ["fails"] = branch => throw new InvalidOperationException("broken"),
                });
                return "";
            }
            catch (InvalidOperationException error)
            {
                return error.Message;
            }
        });

        result.ShouldBe(new ExecutionResult.Completed("\"broken\""));
    }
}
