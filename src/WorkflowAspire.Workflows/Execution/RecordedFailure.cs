using System.Reflection;
using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>A failure of an earlier attempt, thrown again so that the code's catch blocks do what they did then.</summary>
internal static class RecordedFailure
{
    public static string? TypeOf(Exception error) => error.GetType() is { FullName: { } name } type ? $"{name}, {type.Assembly.GetName().Name}" : null;

    public static Exception Recreate(WorkflowStep step)
    {
        var message = step.Error ?? "";
        if (step.ChildRunId is { } child) return new ChildRunFailedException(child, message);
        if (step.ErrorType is not { } name || Type.GetType(name) is not { IsAbstract: false } type || !type.IsAssignableTo(typeof(Exception))) return new StepFailedException(message);
        try
        {
            return type.GetConstructor([typeof(string)])?.Invoke([message]) as Exception ?? new StepFailedException(message);
        }
        catch (TargetInvocationException error)
        {
            return new StepFailedException(message, error.InnerException);
        }
    }
}
