namespace WorkflowAspire.BullMQ;

/// <summary>Which ids a caller may give to a job: none that the queue itself uses.</summary>
internal static class CustomJobId
{
    // What the queue's keys of three parts begin with: of deduplication, of schedulers, of metrics.
    private static readonly string[] ReservedParts = ["de", "dn", "repeat", "metrics"];

    /// <exception cref="ArgumentException">The id is empty, a number, or lies on a key of the queue.</exception>
    public static void Validate(string id, string parameterName)
    {
        if (id.Length == 0) throw new ArgumentException("jobId cannot be empty; leave it null for a generated one.", parameterName);
        if (IsInteger(id)) throw new ArgumentException($"jobId cannot be an integer, since the queue numbers its own jobs; got '{id}'.", parameterName);
        if (QueueKeys.IsReserved(id)) throw new ArgumentException($"jobId cannot be the name of one of the queue's own keys; got '{id}'.", parameterName);
        var parts = id.Split(':');
        // BullMQ's older repeatable jobs have ids of three parts, so its packages take them.
        if (parts.Length is not (1 or 3))
            throw new ArgumentException($"jobId cannot contain ':', which separates the parts of a Redis key; got '{id}'.", parameterName);
        if (parts.Length == 3 && (IsInteger(parts[0]) || Array.IndexOf(ReservedParts, parts[0]) >= 0))
            throw new ArgumentException($"jobId cannot begin as a key of the queue's own or of a numbered job; got '{id}'.", parameterName);
    }

    // As the queue would write one: "007" is none.
    private static bool IsInteger(string id)
    {
        var digits = id.AsSpan(id[0] == '-' && id.Length > 1 ? 1 : 0);
        return !digits.ContainsAnyExceptInRange('0', '9') && (digits[0] != '0' || id.Length == 1);
    }
}
