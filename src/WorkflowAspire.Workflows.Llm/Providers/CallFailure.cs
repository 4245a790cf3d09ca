namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Says what an error of a provider's client means.</summary>
internal static class CallFailure
{
    private const int LongestReason = 300;

    public static ModelFailure Describe(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is ModelFailure failure) return failure;
            if (cause is HttpRequestException or IOException) return ModelFailure.Passing($"the connection broke off: {cause.Message}", cause);
        }

        // Without its cause: what a client couldn't read may hold anything.
        var reason = error.Message.ReplaceLineEndings(" ");
        return ModelFailure.Passing($"the answer can't be read, {(reason.Length <= LongestReason ? reason : $"{reason[..LongestReason]}…")} ({error.GetType().Name})");
    }
}
