using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Workflows.Definitions.Evaluation;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>What expressions, templates and code may do, and what they may not.</summary>
public class ExpressionTests : DefinitionSpecification
{
    [Theory]
    [InlineData("input.list.map(x => x * 2).filter(x => x > 2)", "[4,6]")]
    [InlineData("({ a: input.text, ...input.more })", """{"a":"}\u0022","b":1}""")]
    [InlineData("`${input.text}` + '}' + \"{\"", "\"}\\u0022}{\"")]
    [InlineData("Object.keys(steps).length", "1")]
    [InlineData("steps['first'] ?? 'none'", "\"one\"")]
    [InlineData("undefined", "null")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    [InlineData("(1234.5).toLocaleString()", "\"1,234.5\"")]
    public async Task An_expression_is_JavaScript_over_the_runs_data(string expression, string expected)
    {
        var output = await Run(
            Workflow("""{"id":"first","type":"template","template":"one"}""", System.Text.Json.JsonSerializer.Serialize($"${{ {expression} }}")),
            """{"list":[1,2,3],"text":"}\"","more":{"b":1}}""");

        output.GetRawText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("(() => { while (true); })()", "too many statements")]
    [InlineData("(() => { const a = []; while (true) a.push('x'.repeat(4000000)); })()", "too much memory")]
    [InlineData("(function f() { return f(); })()", "nests too deeply")]
    [InlineData("/(a+)+$/.test('a'.repeat(64) + 'b')", "longer than")]
    [InlineData("'x'.repeat(500000000).length", "more than")]
    [InlineData("'x'.repeat(1000000).replaceAll('x', 'y'.repeat(1000000)).length", "more than")]
    [InlineData("'x'.repeat(5000000).replace(/x/g, '$&$&$&').length", "more than")]
    [InlineData("input.big.join('y'.repeat(1000000)).length", "more than")]
    [InlineData("''.padEnd(2e9)", "more than")]
    [InlineData("(() => {}).constructor('return 1')()", "String compilation has been disabled")]
    [InlineData("input.nothing.here", "Cannot read")]
    [InlineData("(async () => 1)()", "promise")]
    public async Task What_goes_too_far_fails_and_says_why(string expression, string reason)
    {
        var error = await Should.ThrowAsync<Exception>(() => Run(
            Workflow("""{"id":"a","type":"template","template":"x"}""", System.Text.Json.JsonSerializer.Serialize($"${{ {expression} }}")),
            $$"""{"big":[{{string.Join(',', Enumerable.Repeat("1", 1000))}}]}"""));

        (error is UnrecoverableError or TransientStepException).ShouldBeTrue(error.ToString());
        error.Message.ShouldStartWith($"The output: the expression ${{{expression}}} failed: ");
        error.Message.ShouldContain(reason);
    }

    [Theory]
    [InlineData("System")]
    [InlineData("importNamespace")]
    [InlineData("clr")]
    [InlineData("require")]
    [InlineData("process")]
    [InlineData("Uint8Array")]
    [InlineData("ArrayBuffer")]
    [InlineData("variables")]
    public async Task A_script_reaches_nothing_outside(string name)
    {
        (await Evaluate(TextKind.Function, $"return typeof {name};")).ShouldBe("\"undefined\"");
        (await Evaluate(TextKind.Function, "return typeof Date;")).ShouldBe("\"function\"");
    }

    [Theory]
    [InlineData("typeof Date")]
    [InlineData("typeof Temporal")]
    [InlineData("typeof Intl")]
    [InlineData("typeof Math.random")]
    public async Task Neither_clock_nor_chance_can_be_reached_from_an_expression(string expression) =>
        (await Evaluate(TextKind.Expression, expression)).ShouldBe("\"undefined\"");

    [Fact]
    public async Task A_failing_step_is_named_with_its_expression()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow("""{"id":"route","type":"switch","on":"${ input.a.b }","cases":{"x":[{"id":"y","type":"code","code":"return 1"}]}}""")));

        error.Message.ShouldStartWith("Step 'route': the expression ${input.a.b} failed: ");
    }

    [Fact]
    public async Task Failing_code_is_named_with_its_step()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow("""{"id":"calc","type":"code","code":"throw new Error('no luck');"}""")));

        error.Message.ShouldBe("Step 'calc': its code failed: no luck.");
    }

    [Theory]
    [InlineData("{% for i in (1..100000000) %}x{% endfor %}")]
    [InlineData("{% for i in (1..1000) %}{{ input.text }}{% endfor %}")]
    [InlineData("{{ 'a' | no_such_filter | divided_by: 0 }}{{ 1 | divided_by: 0 }}")]
    public async Task A_failing_template_is_named_with_its_step(string template)
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow($$"""{"id":"letter","type":"template","template":"{{template}}","timeout":"1m"}"""), $$"""{"text":"{{new string('x', 100_000)}}"}"""));

        error.Message.ShouldStartWith("Step 'letter': the template failed: ");
    }

    private async Task<string> Evaluate(TextKind kind, string source)
    {
        var answers = await Services.GetRequiredService<Evaluations>().EvaluateAsync(Tenant, [new Work(Purpose.Evaluate, new TenantText(kind, source))], "{}"u8.ToArray(), CancellationToken.None);
        return answers.ShouldHaveSingleItem().Text;
    }
}
