using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows;

/// <summary>The code of a workflow no longer fits what a run of it has recorded; to try again wouldn't help.</summary>
public sealed class NonDeterministicWorkflowException : UnrecoverableError
{
    /// <summary>Names what the history has and what the code asks for.</summary>
    internal NonDeterministicWorkflowException(string workflow, string recorded, string asked)
        : base(
            $"Workflow '{workflow}' no longer fits the history of this run: the history has {recorded}, the code {asked}. " +
            "Restore the code for the runs that have begun; give the changed workflow a new name, or put what is new behind the history's end under a new step name.")
    {
    }

    /// <summary>An error with a message of the caller's.</summary>
    public NonDeterministicWorkflowException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message of the caller's and its cause.</summary>
    public NonDeterministicWorkflowException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public NonDeterministicWorkflowException()
    {
    }
}
