using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace WorkflowAspire.ServiceDefaults.Tests;

public class HealthTests
{
    private readonly FakeLogCollector _log = new();
    private HealthStatus _store = HealthStatus.Unhealthy;

    [Fact]
    public async Task On_a_developers_machine_the_answer_says_why_a_check_fails()
    {
        var (status, answer) = await AskAsync("Development");

        status.ShouldBe(503);
        answer.GetProperty("reasons").GetProperty("store").GetString().ShouldBe("The store is away.");
        answer.GetProperty("reasons").TryGetProperty("self", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Elsewhere_it_names_the_checks_and_no_reason()
    {
        var (status, answer) = await AskAsync("Production");

        status.ShouldBe(503);
        answer.GetProperty("checks").GetProperty("store").GetString().ShouldBe("Unhealthy");
        answer.TryGetProperty("reasons", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_look_at_a_failing_check_logs_nothing_and_a_change_is_logged_once_with_its_reason()
    {
        await using var service = Build("Production");
        var checks = service.Services.GetRequiredService<HealthCheckService>();
        var log = service.Services.GetServices<IHealthCheckPublisher>().Single();

        for (var i = 0; i < 3; i++) await log.PublishAsync(await checks.CheckHealthAsync(), CancellationToken.None);
        _store = HealthStatus.Healthy;
        for (var i = 0; i < 3; i++) await log.PublishAsync(await checks.CheckHealthAsync(), CancellationToken.None);

        _log.GetSnapshot().Select(line => line.Message).ShouldBe(["The service is not healthy: store: The store is away.", "The service is healthy again"]);
    }

    private async Task<(int Status, JsonElement Answer)> AskAsync(string environment)
    {
        await using var service = Build(environment);
        await service.StartAsync();
        using var answer = await service.GetTestClient().GetAsync("/health");
        return ((int)answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    private WebApplication Build(string environment)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseTestServer();
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders().AddProvider(new FakeLoggerProvider(_log));
        builder.Logging.AddFilter("Microsoft.Hosting", LogLevel.None).AddFilter("Microsoft.AspNetCore", LogLevel.None);
        builder.Services.AddHealthChecks().AddCheck("store", () => new HealthCheckResult(_store, _store == HealthStatus.Healthy ? null : "The store is away."));
        var service = builder.Build();
        service.MapDefaultEndpoints();
        return service;
    }
}
