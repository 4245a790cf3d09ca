using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Expressions;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>A duration that a step computes.</summary>
internal static class ComputedDuration
{
    public static TimeSpan Of(FilledText text, string step, StepRun run)
    {
        try
        {
            return Durations.Read(run.Evaluate(text, step));
        }
        catch (FormatException error)
        {
            throw new UnrecoverableError($"Step '{step}': {error.Message}", error);
        }
    }
}
