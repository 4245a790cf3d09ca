using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Tests.Execution;

public class InputTests : EngineSpecification
{
    [Fact]
    public async Task An_input_is_read_as_the_workflows_type()
    {
        var lease = await Claim(await AcceptRun(input: """{"name":"Zoë","unknown":1}"""));

        (await Engine.ExecuteAsync(lease)).Output().ShouldBe("\"Hello Zoë\"");
    }

    [Theory]
    [InlineData("""{"name":42}""", "$.name")]
    [InlineData("""{"name":"Ada","times":"often"}""", "$.times")]
    [InlineData("{}", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("[]", "greet")]
    [InlineData(@"{""name"":""\ud800""}", "$.name")]
    public async Task An_input_that_does_not_fit_is_refused_and_its_field_named(string input, string field)
    {
        var lease = await Claim(await AcceptRun(input: input));

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Engine.ExecuteAsync(lease));

        error.Message.ShouldStartWith("The input doesn't fit workflow 'greet': ");
        error.Message.ShouldContain(field);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    public async Task A_run_without_an_input_is_refused(string? input)
    {
        var lease = await Claim(await AcceptRun(input: input));

        (await Should.ThrowAsync<UnrecoverableError>(() => Engine.ExecuteAsync(lease))).Message.ShouldBe("Workflow 'greet' needs an input; this run has none.");
    }

    [Fact]
    public async Task A_workflow_that_is_not_registered_is_named_and_so_are_those_that_are()
    {
        var lease = await Claim(await AcceptRun(workflow: "farewell"));

        (await Should.ThrowAsync<UnknownWorkflowException>(() => Engine.ExecuteAsync(lease))).Message
            .ShouldBe("Workflow 'farewell' is not registered in this worker; it can run: greet.");
    }
}
