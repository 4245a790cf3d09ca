using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows;

namespace WorkflowAspire.Chaos.Worker;

/// <param name="Steps">How many steps to take.</param>
/// <param name="StepMilliseconds">How long each step takes before its effect, and again after it.</param>
/// <param name="FailsAt">The step that fails for good; 0 for none.</param>
/// <param name="WaitsAt">The step that waits until the test lets its attempt go on; 0 for none.</param>
/// <param name="ParksBefore">The step before which the run is parked for a moment; 0 for none.</param>
public sealed record CountedInput(int Steps, int StepMilliseconds, int FailsAt = 0, int WaitsAt = 0, int ParksBefore = 0);

/// <summary>Steps that each have one effect.</summary>
public sealed class CountedWorkflow(Ledger ledger) : IWorkflow<CountedInput, int>
{
    public const string Name = "counted";

    /// <summary>The same, under a name that only workers of the new version have.</summary>
    public const string NewName = "counted-new";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(700);

    public static string StepName(int number) => $"step-{number}";

    public async Task<int> RunAsync(CountedInput input, WorkflowContext context, CancellationToken cancellationToken)
    {
        var sum = 0;
        for (var number = 1; number <= input.Steps; number++)
        {
            if (number == input.ParksBefore) await context.WaitAsync("pause", Pause);
            sum += await context.StepAsync(StepName(number), TakeStep(input, context, number));
        }

        return sum;
    }

    private Func<CancellationToken, Task<int>> TakeStep(CountedInput input, WorkflowContext context, int number) => async ct =>
    {
        await Task.Delay(input.StepMilliseconds, ct);
        if (number == input.FailsAt) throw new UnrecoverableError($"Step {number} fails for good, as it was told.");
        if (number == input.WaitsAt) await ledger.WaitAsync(context.RunId, context.Attempt, ct);
        await ledger.WriteAsync(context.RunId, StepName(number), context.Attempt);
        await Task.Delay(input.StepMilliseconds, CancellationToken.None);
        return number;
    };
}
