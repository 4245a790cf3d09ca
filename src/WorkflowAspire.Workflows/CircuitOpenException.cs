using System.Globalization;

namespace WorkflowAspire.Workflows;

/// <summary>A step wasn't tried: what it calls has failed too often. The step's own tries end with it; the job's backoff goes on.</summary>
public sealed class CircuitOpenException : TransientStepException
{
    /// <summary>An error with the endpoint, why its circuit is open and until when.</summary>
    /// <param name="endpoint">What the step calls.</param>
    /// <param name="reason">The error that opened the circuit.</param>
    /// <param name="openUntil">When the next try is let through.</param>
    /// <param name="retryAfter">How long that is from now.</param>
    /// <param name="innerException">The cause.</param>
    public CircuitOpenException(string endpoint, string? reason, DateTimeOffset openUntil, TimeSpan retryAfter, Exception? innerException = null)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"No connection to endpoint '{endpoint}' is tried until {openUntil.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}: its circuit is open because calls failed, the last with: {reason ?? "unknown"}"),
            retryAfter, innerException) => (Endpoint, OpenUntil) = (endpoint, openUntil);

    /// <summary>An error with the reason.</summary>
    public CircuitOpenException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the reason and its cause.</summary>
    public CircuitOpenException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error without a message of its own.</summary>
    public CircuitOpenException()
    {
    }

    /// <summary>What the step calls; null if unknown.</summary>
    public string? Endpoint { get; }

    /// <summary>When the next try is let through; null if unknown.</summary>
    public DateTimeOffset? OpenUntil { get; }
}
