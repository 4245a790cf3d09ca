using System.Net.Sockets;
using Polly.Timeout;

namespace WorkflowAspire.Workflows.Execution;

/// <summary>Says in an operator's words what went wrong in a step.</summary>
internal static class StepFailure
{
    public static Exception Describe(string step, StepPolicy policy, Exception error) => error switch
    {
        TimeoutRejectedException or OperationCanceledException { InnerException: TimeoutException } =>
            new StepTimeoutException($"Step '{step}' hit its timeout: {Reason(error, policy)}", error),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } or SocketException =>
            new StepConnectionException($"Step '{step}' got no connection: {error.Message}", error),
        _ => error,
    };

    private static string Reason(Exception error, StepPolicy policy) => error is TimeoutRejectedException
        ? $"a try may take {policy.Timeout:g} and was tried {policy.Attempts} times at most."
        : error.Message;
}
