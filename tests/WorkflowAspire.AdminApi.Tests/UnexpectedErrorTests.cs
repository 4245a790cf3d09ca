using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using StackExchange.Redis;
using WorkflowAspire.AdminApi.Problems;

namespace WorkflowAspire.AdminApi.Tests;

/// <summary>What a request meets that nobody expected.</summary>
public class UnexpectedErrorTests
{
    [Fact]
    public async Task An_error_that_nobody_expected_is_logged_once_with_its_cause_and_answered_without_it()
    {
        var (answer, log) = await RequestThatThrows(new InvalidOperationException("a secret of the code"));

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldNotContain("secret");
        log.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            entry => entry.Level.ShouldBe(LogLevel.Error),
            entry => entry.Exception!.Message.ShouldBe("a secret of the code"));
    }

    [Fact]
    public async Task A_dependency_that_is_away_is_logged_once_and_a_request_that_is_bad_not_at_all()
    {
        var (away, awayLog) = await RequestThatThrows(new RedisException("no answer"));
        var (bad, badLog) = await RequestThatThrows(new BadHttpRequestException("no number"));

        (away.StatusCode, bad.StatusCode).ShouldBe((HttpStatusCode.ServiceUnavailable, HttpStatusCode.BadRequest));
        awayLog.ShouldHaveSingleItem().Message.ShouldContain("Redis");
        badLog.ShouldBeEmpty();
    }

    private static async Task<(HttpResponseMessage Answer, IReadOnlyList<FakeLogRecord> Log)> RequestThatThrows(Exception error)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Services.AddProblems();
        builder.Logging.AddFakeLogging();
        await using var app = builder.Build();
        app.UseProblems();
        app.MapGet("/broken", string () => throw error);
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        var answer = await client.GetAsync($"{app.Urls.Single()}/broken", TestContext.Current.CancellationToken);
        return (answer, [.. app.Services.GetFakeLogCollector().GetSnapshot().Where(entry => entry.Level >= LogLevel.Warning)]);
    }
}
