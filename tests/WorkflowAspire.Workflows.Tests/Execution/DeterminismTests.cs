using CsCheck;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class DeterminismTests : EngineSpecification
{
    private readonly List<string> _ran = [];

    [Theory]
    [InlineData("a b", "a x", "step 'b' at position 2", "step 'x' at position 2")]
    [InlineData("a b c", "a c b", "step 'b' at position 2", "step 'c' at position 2")]
    [InlineData("a b c", "a c", "step 'b' at position 2", "step 'c' at position 2")]
    [InlineData("a b", "a x b", "step 'b' at position 2", "step 'x' at position 2")]
    [InlineData("a b", "b", "step 'a' at position 1", "step 'b' at position 1")]
    [InlineData("a b", "a", "step 'b' at position 2", "ended without it")]
    [InlineData("a b", "a wait:b", "step 'b' at position 2", "wait 'b' at position 2")]
    [InlineData("a b", "a wait:x", "step 'b' at position 2", "wait 'x' at position 2")]
    [InlineData("a b", "a each:x", "step 'b' at position 2", "branches 'x' at position 2")]
    [InlineData("all:a,b c", "all:a,b x", "step 'c' at position 3", "step 'x' at position 3")]
    public async Task A_change_that_does_not_fit_the_history_is_refused_before_it_does_anything(string before, string after, string recorded, string asked)
    {
        var lease = await AcceptAndClaim();
        await Execute(lease, Taking(before));
        _ran.Clear();

        var error = await Should.ThrowAsync<NonDeterministicWorkflowException>(async () => await Attempt(await NextAttempt(lease), Taking(after)));

        error.Message.ShouldContain(recorded);
        error.Message.ShouldContain(asked);
        error.Message.ShouldContain("new name");
        _ran.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a b", "a b c")]
    [InlineData("a all:b,c", "a all:b,c d")]
    [InlineData("a", "a wait:x")]
    public async Task What_is_new_behind_the_end_of_the_history_fits(string before, string after)
    {
        var lease = await AcceptAndClaim();
        await Execute(lease, Taking(before));

        await Attempt(await NextAttempt(lease), Taking(after));
    }

    [Fact]
    public async Task A_parked_run_whose_wait_was_taken_out_of_the_code_is_refused()
    {
        var lease = await AcceptAndClaim();
        await Park(lease, Taking("a wait:pause b"));

        var error = await Should.ThrowAsync<NonDeterministicWorkflowException>(async () => await Attempt(await Claim(lease.Run), Taking("a b")));

        error.Message.ShouldContain("wait 'pause' at position 2");
    }

    [Fact]
    public async Task A_failure_that_the_code_went_on_from_is_the_same_in_the_next_attempt()
    {
        var lease = await AcceptAndClaim();
        var (tries, broken) = (0, true);
        async Task<string> Workflow(WorkflowContext context)
        {
            string way;
            try
            {
                way = await context.StepAsync("try", _ => tries++ == 0 ? throw new TransientStepException("503") : Task.FromResult("straight"), new StepOptions { Attempts = 1 });
            }
            catch (TransientStepException error)
            {
                way = await context.StepAsync("fall back", _ => Task.FromResult(error.Message));
            }

            return await context.StepAsync("end", _ => broken ? throw new InvalidOperationException("not yet") : Task.FromResult(way), new StepOptions { Attempts = 1 });
        }

        await Should.ThrowAsync<InvalidOperationException>(() => Execute(lease, Workflow));
        broken = false;

        (await Execute(await NextAttempt(lease), Workflow)).ShouldBe("\"503\"");
        tries.ShouldBe(1);
    }

    [Fact]
    public async Task A_failure_that_ended_the_attempt_is_tried_again_whatever_the_code_did_on_its_way_out()
    {
        var lease = await AcceptAndClaim();
        var tries = 0;
        async Task<string> Workflow(WorkflowContext context)
        {
            try
            {
                await context.StepAsync("try", _ => tries++ == 0 ? throw new TransientStepException("503") : Task.FromResult(1), new StepOptions { Attempts = 1 });
            }
            catch (TransientStepException)
            {
                await context.StepAsync("clean up", _ => Task.CompletedTask);
                throw;
            }

            return await context.StepAsync("end", _ => Task.FromResult("done"));
        }

        await Should.ThrowAsync<TransientStepException>(() => Execute(lease, Workflow));

        (await Execute(await NextAttempt(lease), Workflow)).ShouldBe("\"done\"");
    }

    [Fact]
    public async Task A_failure_beside_others_is_tried_again()
    {
        var lease = await AcceptAndClaim();
        var tries = 0;
        async Task<string> Workflow(WorkflowContext context)
        {
            await Task.WhenAll(
                context.StepAsync("fails once", _ => tries++ == 0 ? throw new TransientStepException("503") : Task.FromResult(1), new StepOptions { Attempts = 1 }),
                context.StepAsync("works", _ => Task.FromResult(1)));
            return "done";
        }

        await Should.ThrowAsync<TransientStepException>(() => Execute(lease, Workflow));

        (await Execute(await NextAttempt(lease), Workflow)).ShouldBe("\"done\"");
    }

    [Fact]
    public async Task A_loop_whose_failure_was_caught_fails_again_whichever_items_began()
    {
        var lease = await AcceptAndClaim();
        var (attempt, broken) = (0, true);
        async Task<string> Workflow(WorkflowContext context)
        {
            attempt++;
            try
            {
                await context.ForEachAsync("each", [0, 1, 2, 3], 2, (item, n, _) => item.StepAsync("work", async _ =>
                {
                    if (n == 0) for (var i = 0; i < 50; i++) await Task.Yield();
                    return n == 0 ? throw new TransientStepException("503") : n;
                }, new StepOptions { Attempts = 1 }));
            }
            catch (TransientStepException)
            {
                await context.StepAsync("go on", _ => Task.CompletedTask);
            }

            return broken ? throw new InvalidOperationException("not yet") : "done";
        }

        await Should.ThrowAsync<InvalidOperationException>(() => Execute(lease, Workflow));
        broken = false;

        (await Execute(await NextAttempt(lease), Workflow)).ShouldBe("\"done\"");
    }

    // Chains of steps side by side, each step and each gap between two of them quick or slow as chance has it, cut off anywhere.
    [Fact]
    public async Task What_runs_side_by_side_never_raises_a_false_alarm() => await Gen.Select(Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[0, 11], Gen.Int[0, 1000]).SampleAsync(
        async (chains, length, crashAfter, seed) =>
        {
            var lease = await AcceptAndClaim();
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var random = new Random(seed + attempt);
                var crash = new CancellationTokenSource();
                var left = attempt < 2 ? crashAfter : int.MaxValue;
                try
                {
                    await Execute(lease, context => SideBySide(context, chains, length, random, () =>
                    {
                        if (Interlocked.Decrement(ref left) < 0) crash.Cancel();
                    }), crash.Token);
                    return;
                }
                catch (OperationCanceledException)
                {
                    lease = await Claim(lease.Run);
                }
            }

            throw new InvalidOperationException("The last attempt isn't cut off.");
        },
        iter: 120, threads: 1);

    private static async Task<string> SideBySide(WorkflowContext context, int chains, int length, Random random, Action begun)
    {
        async Task Hesitate()
        {
            int yields;
            lock (random) yields = random.Next(3) * random.Next(20);
            for (var i = 0; i < yields; i++) await Task.Yield();
        }

        await context.StepAsync("first", _ => Task.CompletedTask);
        await Task.WhenAll(Enumerable.Range(0, chains).Select(async chain =>
        {
            await Hesitate();
            for (var n = 0; n < length; n++)
            {
                await context.StepAsync($"{chain}.{n}", async ct =>
                {
                    begun();
                    ct.ThrowIfCancellationRequested();
                    await Hesitate();
                });
                await Hesitate();
            }
        }));
        await context.StepAsync("last", _ => Task.CompletedTask);
        return "";
    }

    private Func<WorkflowContext, Task<string>> Taking(string operations) => async context =>
    {
        foreach (var operation in operations.Split(' '))
        {
            switch (operation.Split(':'))
            {
                case ["wait", var name]: await context.WaitAsync(name, TimeSpan.FromDays(1)); break;
                case ["each", var name]: await context.ForEachAsync(name, [1], 1, (item, n, _) => Step(item, "inner")); break;
                case ["all", var names]: await Task.WhenAll(names.Split(',').Select(name => Step(context, name))); break;
                default: await Step(context, operation); break;
            }
        }

        return "";
    };

    private Task<int> Step(WorkflowContext context, string name) => context.StepAsync(name, _ =>
    {
        lock (_ran) _ran.Add(name);
        return Task.FromResult(1);
    });
}
