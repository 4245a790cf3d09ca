using WorkflowAspire.Workflows;

namespace WorkflowAspire.Runs.Bench;

/// <summary>As many steps as its input says; none does anything.</summary>
internal sealed class StepsWorkflow : IWorkflow<int, int>
{
    public const string Name = "steps";

    public async Task<int> RunAsync(int input, WorkflowContext context, CancellationToken cancellationToken)
    {
        for (var step = 1; step <= input; step++) await context.StepAsync($"step-{step}", _ => Task.FromResult(step));
        return input;
    }
}
