using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;

namespace WorkflowAspire.Workflows.Tests.Execution;

/// <summary>Inputs and outputs that their own types, or those who show them later, refuse.</summary>
public class PayloadTests : EngineSpecification
{
    [Fact]
    public async Task An_input_that_its_type_itself_refuses_fails_the_run_at_once_and_names_workflow_and_type()
    {
        var lease = await Claim(await AcceptRun(workflow: "picky", input: """{"amount":-1}"""));

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Engine.ExecuteAsync(lease));

        error.Message.ShouldStartWith($"The input doesn't fit workflow 'picky': {typeof(Amount)} refuses it: ");
        error.Message.ShouldContain("never negative");
    }

    [Theory]
    [InlineData(AcceptedJson.MaxDepthOfOutputs, true)]
    [InlineData(AcceptedJson.MaxDepthOfOutputs + 1, false)]
    [InlineData(200, false)]
    public async Task An_output_may_nest_as_deep_as_can_be_shown_later(int depth, bool mayBe)
    {
        var lease = await Claim(await AcceptRun(workflow: "deep", input: $"{depth}"));

        if (mayBe) (await Engine.ExecuteAsync(lease)).Output().ShouldStartWith("[[[");
        else (await Should.ThrowAsync<UnrecoverableError>(() => Engine.ExecuteAsync(lease))).Message.ShouldContain("can't be written as JSON");
    }

    [Fact]
    public async Task A_step_that_leaves_what_could_not_be_shown_later_fails_the_run()
    {
        var lease = await Claim(await AcceptRun(workflow: "deep-step", input: "62"));

        (await Should.ThrowAsync<UnrecoverableError>(() => Engine.ExecuteAsync(lease))).Message.ShouldStartWith("Step 'nest' of workflow 'deep-step' is done, but its output");
    }

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.AddWorkflow<Picky, Amount, int>("picky");
        services.AddWorkflow<Deep, int, JsonElement>("deep");
        services.AddWorkflow<DeepStep, int, int>("deep-step");
    }

    private static JsonElement Nested(int depth) =>
        JsonElement.Parse(new string('[', depth) + new string(']', depth), new JsonDocumentOptions { MaxDepth = depth });

    private sealed record Amount
    {
        [JsonPropertyName("amount")]
        public int Value
        {
            get;
            init => field = value >= 0 ? value : throw new InvalidOperationException("An amount is never negative.");
        }
    }

    private sealed class Picky : IWorkflow<Amount, int>
    {
        public Task<int> RunAsync(Amount input, WorkflowContext context, CancellationToken cancellationToken) => Task.FromResult(input.Value);
    }

    private sealed class Deep : IWorkflow<int, JsonElement>
    {
        public Task<JsonElement> RunAsync(int input, WorkflowContext context, CancellationToken cancellationToken) => Task.FromResult(Nested(input));
    }

    private sealed class DeepStep : IWorkflow<int, int>
    {
        public async Task<int> RunAsync(int input, WorkflowContext context, CancellationToken cancellationToken)
        {
            await context.StepAsync("nest", _ => Task.FromResult(Nested(input)));
            return 1;
        }
    }
}
