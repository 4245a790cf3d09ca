using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using StackExchange.Redis;
using WorkflowAspire.Workflows.Definitions.Evaluation;

namespace WorkflowAspire.AdminApi.Problems;

/// <summary>Says which dependency is away (503) and which parameter was bad (400), instead of a bare 500.</summary>
internal sealed partial class UnavailableExceptionHandler(IProblemDetailsService problems, ILogger<UnavailableExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            BadHttpRequestException bad => new ProblemDetails { Status = bad.StatusCode, Title = "The request can't be accepted.", Detail = bad.Message },
            RedisException or RedisTimeoutException => Unavailable("Redis", exception),
            DbException => Unavailable("the database", exception),
            EvaluatorsUnavailableException => Unavailable("an evaluator of definitions", exception),
            _ => null,
        };
        if (problem is null) return false;
        httpContext.Response.StatusCode = problem.Status!.Value;
        if (exception is EvaluatorsUnavailableException) httpContext.Response.Headers.RetryAfter = "5";
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem, Exception = exception });
    }

    private ProblemDetails Unavailable(string what, Exception exception)
    {
        DependencyUnavailable(logger, exception, what);
        return new ProblemDetails
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Title = "Service unavailable",
            Detail = $"The request needs {what}, which can't be used now; /health tells more. Try again later.",
        };
    }

    [LoggerMessage(LogLevel.Error, "A request failed because {dependency} can't be used")]
    private static partial void DependencyUnavailable(ILogger logger, Exception exception, string dependency);
}
