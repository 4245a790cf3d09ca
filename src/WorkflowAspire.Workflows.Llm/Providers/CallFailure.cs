using WorkflowAspire.Workflows.Http;

namespace WorkflowAspire.Workflows.Llm.Providers;

/// <summary>Says what an error of a provider's client means.</summary>
internal static class CallFailure
{
    public static ModelFailure Describe(Exception error, Func<string, string> hide)
    {
        if (error is UnansweredException { InnerException: { } own }) error = own;
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is ModelFailure failure) return failure;
            if (cause is HttpRequestException or IOException) return ModelFailure.Passing($"the connection broke off: {cause.Message}", cause);
        }

        // Without its cause: what a client couldn't read may hold anything.
        return ModelFailure.Passing($"the answer can't be read, {Excerpt.Of(hide(error.Message))} ({error.GetType().Name})");
    }
}
