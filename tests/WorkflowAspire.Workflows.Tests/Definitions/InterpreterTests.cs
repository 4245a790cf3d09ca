using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Tests.Samples;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>What runs of definitions do.</summary>
public class InterpreterTests : DefinitionSpecification
{
    [Fact]
    public async Task Each_step_sees_what_the_steps_before_it_left()
    {
        var output = await Run(
            Workflow(
                """
                {"id":"sum","type":"code","code":"return input.prices.reduce((a, b) => a + b, 0);"},
                {"id":"letter","type":"template","template":"{{ input.name }} pays {{ steps.sum }}{% for price in input.prices %} {{ price }};{% endfor %}"}
                """,
                """{"letter":"${steps.letter}","sum":"${steps.sum}","note":"Sum: ${ steps.sum } for ${input.name}","nothing":"${input.missing}","plain":"$${x}"}"""),
            """{"name":"<Zoë>","prices":[1.5,2]}""");

        output.GetProperty("letter").GetString().ShouldBe("<Zoë> pays 3.5 1.5; 2;");
        output.GetProperty("sum").GetRawText().ShouldBe("3.5");
        output.GetProperty("note").GetString().ShouldBe("Sum: 3.5 for <Zoë>");
        output.GetProperty("nothing").GetRawText().ShouldBe("null");
        output.GetProperty("plain").GetString().ShouldBe("${x}");
    }

    [Fact]
    public async Task Without_an_output_the_last_steps_counts()
    {
        (await Run("""{"name":"test","steps":[{"id":"a","type":"code","code":"return 1"},{"id":"b","type":"code","code":"return [2]"}]}""")).GetRawText().ShouldBe("[2]");
    }

    [Theory]
    [InlineData(150, """{"taken":"then","output":"big"}""")]
    [InlineData(50, """{"taken":"else","output":"small"}""")]
    public async Task A_branch_takes_one_way_and_tells_which(int amount, string expected)
    {
        var output = await Run(
            Workflow(
                """
                {"id":"size","type":"branch","if":"${ input.amount > 100 }",
                 "then":[{"id":"big","type":"template","template":"big"}],
                 "else":[{"id":"small","type":"template","template":"small"}]}
                """,
                "\"${steps.size}\""),
            $$"""{"amount":{{amount}}}""");

        output.GetRawText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("\"de\"", "\"Hallo\"")]
    [InlineData("7", "\"seven\"")]
    [InlineData("null", "null")]
    [InlineData("\"fr\"", "null")]
    public async Task A_switch_takes_the_case_of_its_value(string language, string expected)
    {
        var output = await Run(
            Workflow("""{"id":"greet","type":"switch","on":"${input.language}","cases":{"de":[{"id":"a","type":"template","template":"Hallo"}],"7":[{"id":"b","type":"template","template":"seven"}]}}""",
                "\"${steps.greet.output}\""),
            $$"""{"language":{{language}}}""");

        output.GetRawText().ShouldBe(expected);
    }

    [Fact]
    public async Task A_step_whose_condition_does_not_hold_is_skipped_and_leaves_null()
    {
        var lease = await Accept(Workflow("""{"id":"a","type":"code","code":"return 1","when":"${input.go}"}""", "\"${steps.a}\""), """{"go":false}""");

        (await Execute(lease)).ShouldBe("null");

        (await Store.ListStepsAsync(lease.Run.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_finished_step_is_not_repeated_on_the_next_attempt()
    {
        var lease = await Accept(Workflow(
            """{"id":"dice","type":"code","code":"return Math.random() + Date.now()"},{"id":"call","type":"http","url":"URL/x","retry":{"attempts":1}}""".Replace("URL", Url, StringComparison.Ordinal), "\"${steps.dice}\""));
        Server.Answer = _ => RawHttpServer.Response("500 Internal Server Error");
        await Should.ThrowAsync<TransientStepException>(() => Engine.ExecuteAsync(lease));
        var dice = (await Store.ListStepsAsync(lease.Run.Id))[0].Output;

        Server.Answer = _ => RawHttpServer.Json("{}");
        await Store.ReturnToPendingAsync(lease, "again");
        var output = await Execute(await Claim(lease.Run));

        output.ShouldBe(dice);
    }

    [Fact]
    public async Task A_run_keeps_the_version_that_it_started_with()
    {
        var lease = await Accept(Workflow("""{"id":"a","type":"template","template":"first"}""", "\"${steps.a}\""));
        (await Save(Workflow("""{"id":"a","type":"template","template":"second"}""", "\"${steps.a}\""))).Version.ShouldBe(2);

        (await Execute(lease)).ShouldBe("\"first\"");
    }

    [Fact]
    public async Task An_input_that_does_not_fit_its_schema_fails_the_run_at_once()
    {
        var lease = await Accept(
            """{"name":"test","input":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]},"steps":[{"id":"a","type":"template","template":"x"}]}""", """{"n":"one"}""");

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Engine.ExecuteAsync(lease));

        error.Message.ShouldContain("The input doesn't fit workflow 'test' (version 1)");
        error.Message.ShouldContain("/n");
    }

    [Fact]
    public async Task A_run_says_which_run_it_is()
    {
        var lease = await Accept(Workflow("""{"id":"a","type":"template","template":"{{run.id}} {{run.version}}"}""", """["${run.workflow}","${run.tenantId}","${steps.a}"]"""));

        (await Execute(lease)).ShouldBe($"""["test","{Tenant}","{lease.Run.Id} 1"]""");
    }

    [Fact]
    public async Task The_steps_of_a_run_are_those_of_the_definition()
    {
        var lease = await Accept(Workflow("""{"id":"size","type":"branch","if":"${true}","then":[{"id":"inner","type":"code","code":"return 1"}]}"""));

        await Engine.ExecuteAsync(lease);

        (await Store.ListStepsAsync(lease.Run.Id)).Select(step => (step.Name, step.Output)).ShouldBe([("size", "\"then\""), ("inner", "1")]);
    }

    [Fact]
    public async Task A_definition_that_is_gone_is_named()
    {
        var run = NewRun(Tenant, "gone", "{}") with { DefinitionVersion = 3 };
        await Store.CreateAsync(run);
        var lease = await Claim(run);

        (await Should.ThrowAsync<UnknownWorkflowException>(() => Engine.ExecuteAsync(lease))).Message.ShouldContain("no definition 'gone' of version 3");
    }
}
