using System.Data.Common;
using StackExchange.Redis;
using WorkflowAspire.Workflows.Definitions.Evaluation;

namespace WorkflowAspire.AdminApi.Problems;

/// <summary>Every refusal and failure is answered as ProblemDetails (RFC 9457).</summary>
internal static class ProblemAnswers
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddExceptionHandler<UnavailableExceptionHandler>();
        // A parameter that can't be read is answered as a 400 by the handler below, in every environment.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = error => error is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException or DbException or RedisException or EvaluatorsUnavailableException,
        });
        app.UseStatusCodePages();
    }

    /// <summary>A 400 that names the field.</summary>
    public static IResult InvalidField(string field, string error) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [error] }, title: "The request can't be accepted.");

    /// <summary>A 400 that names each place to mend.</summary>
    public static IResult Invalid(string detail, IReadOnlyDictionary<string, string[]> errors) =>
        TypedResults.ValidationProblem(errors.ToDictionary(), detail, title: "The request can't be accepted.");

    public static IResult TooMany(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status429TooManyRequests, title: "Too many requests");

    public static IResult NotFound(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    public static IResult Conflict(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict, title: "Conflict");
}
