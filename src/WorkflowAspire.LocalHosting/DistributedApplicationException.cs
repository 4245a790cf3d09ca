namespace Aspire.Hosting;

/// <summary>The application can't run as it is described; the message says what to change.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without a message.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>With a message.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public DistributedApplicationException(string message) : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="inner">The cause.</param>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>A parameter has no value.</summary>
/// <param name="message">Which one, and where to give it.</param>
public class MissingParameterValueException(string message) : DistributedApplicationException(message);
