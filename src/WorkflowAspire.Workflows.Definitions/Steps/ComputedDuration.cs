using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions.Expressions;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>A duration that a step computes.</summary>
internal static class ComputedDuration
{
    public static TimeSpan Of(FilledText text, string step, Filling filling)
    {
        try
        {
            return Durations.Read(text.Evaluate(filling));
        }
        catch (FormatException error)
        {
            throw new UnrecoverableError($"Step '{step}': {error.Message}", error);
        }
    }
}
