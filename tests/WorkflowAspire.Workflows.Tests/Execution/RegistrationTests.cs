using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Tests.Store;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class RegistrationTests
{
    [Theory]
    [InlineData("Attempts", "0")]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("RetryDelay", "-00:00:01")]
    [InlineData("MaxRetryDelay", "1.00:00:00")]
    public async Task An_option_outside_its_range_stops_the_start_and_is_named(string option, string value)
    {
        await using var database = await TestDatabase.OnSqliteAsync();
        using var host = TestServices.BuildHost(database, settings: ($"Workflows:Step:{option}", value));

        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        error.Message.ShouldContain(option);
    }

    [Fact]
    public async Task Options_are_read_from_configuration_and_code_has_the_last_word()
    {
        await using var database = await TestDatabase.OnSqliteAsync();
        using var host = TestServices.BuildHost(
            database, configure: services => services.AddWorkflows(options => options.Step = options.Step with { Attempts = 7 }), settings: [("Workflows:Step:Timeout", "00:00:09"), ("Workflows:Step:Attempts", "2")]);

        host.Services.GetRequiredService<IOptions<WorkflowOptions>>().Value.Step.ShouldBe(new StepOptions { Timeout = TimeSpan.FromSeconds(9), Attempts = 7 });
    }

    [Theory]
    [InlineData("")]
    [InlineData("Two Words")]
    [InlineData("Größe")]
    [InlineData("name\n")]
    public void A_workflow_needs_a_plain_name(string name) =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddWorkflow<Nothing, int, int>(name)).Message.ShouldContain("lower-case letters");

    [Fact]
    public void A_workflows_name_is_its_own()
    {
        var services = new ServiceCollection().AddWorkflow<Nothing, int, int>("nothing");

        Should.Throw<ArgumentException>(() => services.AddWorkflow<Nothing, int, int>("nothing")).Message.ShouldContain("'nothing'");
    }

    private sealed class Nothing : IWorkflow<int, int>
    {
        public Task<int> RunAsync(int input, WorkflowContext context, CancellationToken cancellationToken) => Task.FromResult(input);
    }
}
