using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Execution;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class PipelineConfigurationTests
{
    private static readonly Guid Tenant = Guid.NewGuid();

    [Theory]
    [InlineData("Http:Attempts", "0", "Attempts")]
    [InlineData("Llm:Timeout", "02:00:00", "Timeout")]
    [InlineData("Code:RetryDelay", "-00:00:01", "RetryDelay")]
    [InlineData("Http:MaxRetryDelay", "1.00:00:00", "MaxRetryDelay")]
    [InlineData("Http:CircuitBreaker:FailureRatio", "1.5", "FailureRatio")]
    [InlineData("Http:CircuitBreaker:MinimumThroughput", "1", "MinimumThroughput")]
    [InlineData("Llm:CircuitBreaker:SamplingDuration", "00:00:00.1", "SamplingDuration")]
    [InlineData("Code:CircuitBreaker:BreakDuration", "00:00:00", "BreakDuration")]
    [InlineData("Llm:Bulkhead:MaxConcurrent", "0", "MaxConcurrent")]
    [InlineData("Http:Bulkhead:MaxQueued", "-1", "MaxQueued")]
    public async Task An_option_outside_its_range_stops_the_start_and_is_named(string option, string value, string named)
    {
        await using var database = await TestDatabase.OnSqliteAsync();
        using var host = TestServices.BuildHost(database, settings: ($"Workflows:Steps:{option}", value));

        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        error.Message.ShouldContain(named);
    }

    [Fact]
    public async Task A_steps_own_options_come_first_then_its_kinds_then_those_of_all_steps_then_the_defaults()
    {
        await using var database = await TestDatabase.OnSqliteAsync();
        using var host = TestServices.BuildHost(database, settings:
        [
            ("Workflows:Step:RetryDelay", "00:00:03"), ("Workflows:Step:Timeout", "00:00:33"), ("Workflows:Step:Attempts", "9"),
            ("Workflows:Steps:Llm:Timeout", "00:04:00"), ("Workflows:Steps:Llm:Attempts", "8"),
        ]);
        var pipelines = host.Services.GetRequiredService<StepPipelines>();

        pipelines.For(new StepOptions { Kind = StepKind.Llm, Attempts = 7 }, Tenant).Policy
            .ShouldBe(new StepPolicy(TimeSpan.FromMinutes(4), 7, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30)));
        pipelines.For(new StepOptions { Kind = StepKind.Http }, Tenant).Policy
            .ShouldBe(new StepPolicy(TimeSpan.FromSeconds(33), 9, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_pipeline_is_built_once_for_each_way_to_try_and_each_endpoint()
    {
        await using var database = await TestDatabase.OnSqliteAsync();
        using var host = TestServices.BuildHost(database);
        var pipelines = host.Services.GetRequiredService<StepPipelines>();
        var api = new StepOptions { Kind = StepKind.Http, Endpoint = "api.test" };

        pipelines.For(api, Tenant).Pipeline.ShouldBeSameAs(pipelines.For(api with { }, Tenant).Pipeline);
        pipelines.For(api, Tenant).Pipeline.ShouldNotBeSameAs(pipelines.For(api with { Endpoint = "other.test" }, Tenant).Pipeline);
        pipelines.For(api, Tenant).Pipeline.ShouldNotBeSameAs(pipelines.For(api with { Attempts = 9 }, Tenant).Pipeline);
        pipelines.For(null, Tenant).Pipeline.ShouldBeSameAs(pipelines.For(new StepOptions(), Tenant).Pipeline);
    }

    [Fact]
    public async Task However_many_endpoints_there_are_a_bounded_number_is_remembered_those_in_use_among_them()
    {
        await using var database = await TestDatabase.OnSqliteAsync();
        using var host = TestServices.BuildHost(database);
        var pipelines = host.Services.GetRequiredService<StepPipelines>();
        var busy = pipelines.For(new StepOptions { Endpoint = "busy.test" }, Tenant).Pipeline;

        for (var i = 0; i < 3 * StepPipelines.MostEndpoints; i++)
        {
            pipelines.For(new StepOptions { Endpoint = $"host-{i}.test" }, Tenant);
            pipelines.For(new StepOptions { Endpoint = "busy.test" }, Tenant).Pipeline.ShouldBeSameAs(busy);
        }

        pipelines.Endpoints.ShouldBeLessThanOrEqualTo(StepPipelines.MostEndpoints);
    }
}
