using System.Globalization;

namespace WorkflowAspire.Workflows.Http;

/// <summary>How long an endpoint asks to wait.</summary>
public static class RetryAfter
{
    /// <summary>The wait that an answer asks for: <c>retry-after-ms</c>, or <c>Retry-After</c> in seconds or as a date.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="now">The time from which a date is counted.</param>
    /// <returns>The wait, below zero where the date is over; null where the answer asks for none.</returns>
    public static TimeSpan? Of(HttpResponseMessage response, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < int.MaxValue)
            return TimeSpan.FromMilliseconds(milliseconds);
        return response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - now,
            _ => null,
        };
    }
}
