using System.Collections.Concurrent;
using CsCheck;
using WorkflowAspire.Workflows.Execution;

namespace WorkflowAspire.Workflows.Tests.Execution;

/// <summary>Whatever a workflow is made of, and wherever it is parked or killed, it ends as if nothing had happened.</summary>
public class DurabilityProperties : EngineSpecification
{
    private static readonly Gen<Part[]> Workflows = Gen.Recursive<Part>((depth, part) => depth > 2
        ? Gen.Int[0, 2].Select(yields => new Part(What.Step, yields, []))
        : Gen.Select(Gen.Enum<What>(), Gen.Int[0, 2], part.Array[1, 3], (what, size, parts) => new Part(what, size, parts))).Array[1, 4];

    private readonly ConcurrentDictionary<string, int> _finished = [];
    private CancellationTokenSource _kill = new();
    private int _beforeKill;

    [Fact]
    public async Task A_run_that_is_parked_takes_each_step_once() => await Workflows.SampleAsync(
        async parts =>
        {
            (await RunToTheEnd(parts, kills: [])).ShouldBe(Expected(parts));
            _finished.Values.ShouldAllBe(times => times == 1);
        },
        iter: 60, threads: 1);

    [Fact]
    public async Task A_run_that_is_killed_repeats_no_step_that_was_finished() => await Gen.Select(Workflows, Gen.Int[0, 6].Array[1, 3]).SampleAsync(
        async (parts, kills) =>
        {
            (await RunToTheEnd(parts, kills)).ShouldBe(Expected(parts));
            _finished.Values.ShouldAllBe(times => times == 1);
        },
        iter: 60, threads: 1);

    private async Task<string> RunToTheEnd(Part[] parts, int[] kills)
    {
        _finished.Clear();
        var lease = await AcceptAndClaim();
        for (var attempt = 0; ; attempt++)
        {
            attempt.ShouldBeLessThan(200);
            using var kill = _kill = new CancellationTokenSource();
            _beforeKill = attempt < kills.Length ? kills[attempt] : int.MaxValue;
            try
            {
                var result = await Attempt(lease, async context => $"{await Take(context, "", parts)}", _kill.Token);
                if (result is ExecutionResult.Completed(var output)) return output;
                await Store.ParkAsync(lease);
                Time.Advance(TimeSpan.FromMinutes(1));
            }
            catch (OperationCanceledException) when (_kill.IsCancellationRequested)
            {
                // The next claim finds it running.
            }

            lease = await Claim(lease.Run);
        }
    }

    private async Task<int> Take(WorkflowContext context, string path, Part[] parts)
    {
        var sum = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, name) = (parts[i], $"{i}");
            sum = Join(sum, part.What switch
            {
                What.Step => await context.StepAsync(name, ct => Work($"{path}/{name}", part.Size, ct)),
                What.Wait => await Wait(context, name, part.Size),
                What.Loop => (await context.ForEachAsync(name, [1, 2, 3], part.Size + 1, async (item, n, _) => n * await Take(item, $"{path}/{name}[{n}]", part.Parts))).Sum(),
                _ => (await context.ParallelAsync(name, part.Parts.Index().ToDictionary(
                    one => $"b{one.Index}", one => (Func<WorkflowContext, Task<int>>)(branch => Take(branch, $"{path}/{name}[{one.Index}]", [one.Item]))))).Values.Sum(),
            });
        }

        return sum;
    }

    private static async Task<int> Wait(WorkflowContext context, string name, int minutes)
    {
        await context.WaitAsync(name, TimeSpan.FromMinutes(minutes));
        return minutes;
    }

    private async Task<int> Work(string step, int yields, CancellationToken ct)
    {
        if (Interlocked.Decrement(ref _beforeKill) < 0) await _kill.CancelAsync();
        ct.ThrowIfCancellationRequested();
        for (var i = 0; i < yields; i++) await Task.Yield();
        _finished.AddOrUpdate(step, 1, (_, times) => times + 1);
        return yields + 1;
    }

    private static string Expected(Part[] parts) => $"\"{Value(parts)}\"";

    private static int Value(Part[] parts) => parts.Aggregate(0, (sum, part) => Join(sum, part.What switch
    {
        What.Step => part.Size + 1,
        What.Wait => part.Size,
        What.Loop => Value(part.Parts) * 6,
        _ => part.Parts.Sum(one => Value([one])),
    }));

    // Another order gives another value.
    private static int Join(int sum, int next) => ((sum * 31) + next) % 10_007;

    private enum What
    {
        Step,
        Wait,
        Loop,
        Branches,
    }

    private sealed record Part(What What, int Size, Part[] Parts);
}
