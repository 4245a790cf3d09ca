namespace WorkflowAspire.Workflows;

/// <summary>A try of a step ended before it called anything, because something of our own was used up: it says nothing of the step's endpoint.</summary>
public sealed class StepPostponedException : TransientStepException
{
    /// <summary>An error with the reason.</summary>
    public StepPostponedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the reason and its cause.</summary>
    public StepPostponedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public StepPostponedException()
    {
    }
}
