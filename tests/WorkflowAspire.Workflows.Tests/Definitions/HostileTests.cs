using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.BullMQ;
using WorkflowAspire.Workflows.Definitions;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>Texts that would end the process that reads or evaluates them: that process is an evaluator, and what fails is the definition or the run.</summary>
public class HostileTests : DefinitionSpecification
{
    private const string Step = """{"id":"a","type":"template","template":"x"}""";

    protected override void Configure(IServiceCollection services)
    {
        base.Configure(services);
        services.Configure<DefinitionOptions>(options =>
        {
            options.MaxStatements = 1_000_000;
            options.CodeTimeout = options.SchemaTimeout = TimeSpan.FromMilliseconds(500);
        });
    }

    [Fact]
    public async Task A_schema_that_refers_to_itself_is_refused_at_its_place() =>
        (await Refused(WithInput("""{"allOf":[{"$ref":"#"}]}""")))["/input"][0].ShouldContain("refers back to itself");

    [Fact]
    public async Task A_cycle_further_inside_a_schema_is_refused_at_its_place() =>
        (await Refused(WithInput("""{"properties":{"a":{"anyOf":[{"not":{"$ref":"#/properties/a"}}]}}}"""))).Keys.ShouldHaveSingleItem().ShouldStartWith("/input/properties/a");

    [Fact]
    public async Task A_cycle_that_only_evaluation_finds_is_refused() =>
        (await Refused(WithInput("""{"$dynamicAnchor":"me","allOf":[{"$dynamicRef":"#me"}]}"""))).ShouldContainKey("/input");

    [Fact]
    public async Task References_that_double_are_refused()
    {
        var doubling = string.Join(',', Enumerable.Range(0, 25).Select(n => $$"""
            "a{{n}}":{"allOf":[{"$ref":"#/$defs/a{{n + 1}}"},{"$ref":"#/$defs/a{{n + 1}}"}]}
            """));

        (await Refused(WithInput($$$"""{"$ref":"#/$defs/a0","$defs":{ {{{doubling}}},"a25":{"type":"object"} } }""")))["/input"][0].ShouldContain("double each other");
    }

    [Fact]
    public async Task A_recursive_schema_that_goes_into_its_value_is_none_of_these()
    {
        await Save(WithInput("""{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}}}"""));
    }

    [Theory]
    [InlineData("a long sum", 200_000, "${1", "+1", "}")]
    [InlineData("a sum within the limit of length", 4_000, "${1", "+1", "}")]
    [InlineData("parentheses", 10_000, "${1", "", "}", "(", ")")]
    [InlineData("fewer parentheses", 2_000, "${1", "", "}", "(", ")")]
    [InlineData("negations", 9_000, "${", "!", "1}")]
    [InlineData("arrow functions", 3_000, "${", "a=>", "1}")]
    [InlineData("calls in a row", 3_000, "${(()=>1)", "()", "}")]
    public async Task A_text_that_nests_too_deeply_to_be_read_is_refused(string _, int times, string begin, string middle, string end, string open = "", string close = "")
    {
        var text = begin.Insert(2, string.Concat(Enumerable.Repeat(open, times))) + string.Concat(Enumerable.Repeat(middle, times)) + string.Concat(Enumerable.Repeat(close, times)) + end;

        (await Refused(Workflow(Step, JsonSerializer.Serialize(text)))).Keys.ShouldBe(["/output"]);
    }

    [Theory]
    [InlineData("{%if 1%}", "{%endif%}", 20_000)]
    [InlineData("{%if 1%}", "{%endif%}", 2_000)]
    [InlineData("{% for a in input %}", "{% endfor %}", 1_000)]
    public async Task A_template_that_nests_too_deeply_is_refused(string open, string close, int times)
    {
        var template = string.Concat(Enumerable.Repeat(open, times)) + string.Concat(Enumerable.Repeat(close, times));

        (await Refused(Workflow($$"""{"id":"a","type":"template","template":{{JsonSerializer.Serialize(template)}}}"""))).Keys.ShouldBe(["/steps/0/template"]);
    }

    [Theory]
    [InlineData(" | upcase")]
    [InlineData(".a")]
    public async Task A_template_whose_expressions_nest_too_deeply_is_refused_or_runs(string part)
    {
        var template = $$$"""{{ input{{{string.Concat(Enumerable.Repeat(part, 9_000))}}} }}""";

        try
        {
            await Run(Workflow($$"""{"id":"a","type":"template","template":{{JsonSerializer.Serialize(template)}}}"""));
        }
        catch (DefinitionRefusedException refused)
        {
            refused.Errors.Keys.ShouldBe(["/steps/0/template"]);
        }
    }

    [Theory]
    [InlineData("Array.from({length:50000}).reduce(a => [a], [])", "nests deeper than")]
    [InlineData("(() => { const a = []; a.push(a); return a; })()", "in a circle")]
    [InlineData("Array(20).fill('x'.repeat(5000000)).join('')", "too much memory")]
    [InlineData("(() => { let a = 'x'; for (let i = 0; i < 40; i++) a = a + a; return a; })()", "")]
    [InlineData("(() => { const a = []; for (;;) a.push([...a, ...a, 1]); })()", "")]
    [InlineData("Array(900000).fill(0).map((_, i) => i).sort((a, b) => { for (let i = 0; i < 1e9; i++); return 0; })", "")]
    [InlineData("'a'.repeat(4000000).split('').map(x => x + x).length", "")]
    [InlineData("JSON.parse('['.repeat(100000) + ']'.repeat(100000))", "")]
    [InlineData("JSON.stringify((() => { let a = {}; for (let i = 0; i < 100000; i++) a = { a }; return a; })())", "")]
    [InlineData("String({ toString() { return String(this); } })", "nests too deeply")]
    [InlineData("10n ** 10000000n", "")]
    [InlineData("({ toJSON() { throw { toString() { for (;;); } }; } })", "")]
    [InlineData("({ get a() { return { toJSON: () => this }; } })", "in a circle")]
    [InlineData("1 / 0", "JSON has no such number")]
    [InlineData("Array(2500000).fill('ab')", "")]
    [InlineData("'x'.repeat(4000000) + 'y'.repeat(2000000)", "more than 5000000 bytes")]
    public async Task An_expression_that_goes_beyond_every_limit_fails_its_run_and_nothing_else(string expression, string reason)
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow(Step, JsonSerializer.Serialize($"${{ {expression} }}"))));

        error.Message.ShouldStartWith($"The output: the expression ${{{expression}}} failed: ");
        error.Message.ShouldContain(reason);
        (await Run(Workflow(Step, "\"${ 1 + 1 }\""))).GetInt32().ShouldBe(2);
    }

    [Theory]
    [InlineData("{% assign a = 'x' %}DOUBLE")]
    [InlineData("{% for i in (1..2000000000) %}{% endfor %}")]
    [InlineData("{% for i in (1..2000000) %}{% for j in (1..2000000) %}{% endfor %}{% endfor %}")]
    [InlineData("{{ (1..100000000) | join: 'aaaaaaaaaa' }}")]
    [InlineData("{{ input.n | plus: 1 }}")]
    public async Task A_template_that_goes_beyond_every_limit_fails_its_run_and_nothing_else(string template)
    {
        template = template.Replace("DOUBLE", string.Concat(Enumerable.Repeat("{% assign a = a | append: a %}", 29)), StringComparison.Ordinal);

        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow($$"""{"id":"a","type":"template","template":{{JsonSerializer.Serialize(template)}}}"""), """{"n":1e300}"""));

        error.Message.ShouldStartWith("Step 'a': the template failed: ");
        (await Run(Workflow(Step))).GetRawText().ShouldBe("null");
    }

    [Fact]
    public async Task Code_that_never_ends_fails_its_run()
    {
        var error = await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow("""{"id":"a","type":"code","code":"for (;;) /(a+)+$/.test('a'.repeat(30) + 'b');"}""")));

        error.Message.ShouldStartWith("Step 'a': its code failed: it ");
    }

    [Fact]
    public async Task A_pattern_of_a_schema_that_takes_for_ever_refuses_the_value()
    {
        var stored = await Save(WithInput("""{"properties":{"a":{"pattern":"^(a+)+$"}}}"""));

        var refused = await Should.ThrowAsync<DefinitionRefusedException>(() => Definitions.CheckInputAsync(stored, JsonElement.Parse($$"""{"a":"{{new string('a', 60)}}b"}""")));

        refused.Message.ShouldContain("Definitions:SchemaTimeout");
    }

    [Fact]
    public async Task Half_a_character_is_refused_and_never_changed() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow(Step, "{\"cut\":\"${ input.text.slice(0,1) }\"}"), """{"text":"😀x"}"""))).Message.ShouldContain("half a surrogate pair");

    [Fact]
    public async Task Half_a_character_is_refused_in_a_template_too() =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Run(Workflow("""{"id":"a","type":"template","template":"{{ input.text | slice: 0, 1 }}"}"""), """{"text":"😀x"}"""))).Message.ShouldContain("half a surrogate pair");

    [Theory]
    [InlineData("input.id", "9007199254740993")]
    [InlineData("[input.id]", "[9007199254740993]")]
    [InlineData("`#${input.id}`", "\"#9007199254740993\"")]
    [InlineData("input.id + 1n", "9007199254740994")]
    [InlineData("input.precise", "0.12345678901234567890123")]
    [InlineData("input.huge", "1e400")]
    [InlineData("input.name", "\"x\"")]
    [InlineData("[input.half, input.big, input.small, input.whole]", "[0.5,1e+30,1e-30,2]")]
    public async Task Numbers_go_through_an_expression_as_they_are(string expression, string expected) =>
        (await Run(
            Workflow(Step, JsonSerializer.Serialize($"${{ {expression} }}")),
            """{"id":9007199254740993,"precise":0.12345678901234567890123,"huge":1e400,"half":0.5,"big":1e30,"small":1e-30,"whole":2.0,"name":"x"}""")).GetRawText().ShouldBe(expected);

    [Theory]
    [InlineData("input.id + 1", "BigInt")]
    [InlineData("[input.precise]", "no JavaScript number")]
    [InlineData("({ ...input })", "no JavaScript number")]
    [InlineData("input.list.map(x => x)", "no JavaScript number")]
    public async Task A_number_that_JavaScript_does_not_have_is_refused_where_it_is_computed_with(string expression, string reason) =>
        (await Should.ThrowAsync<UnrecoverableError>(() => Run(
            Workflow(Step, JsonSerializer.Serialize($"${{ {expression} }}")), """{"id":9007199254740993,"precise":0.12345678901234567890123,"list":[1e400]}"""))).Message.ShouldContain(reason);

    [Theory]
    [InlineData("1e30", "1e+30")]
    [InlineData("1e-30", "1e-30")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("0.12345678901234567890123", "0.12345678901234567890123")]
    [InlineData("123456789012345678901234567890.5", "123456789012345678901234567890.5")]
    [InlineData("1.50", "1.5")]
    public async Task Numbers_go_through_a_template_as_they_are(string number, string expected) =>
        (await Run(Workflow("""{"id":"a","type":"template","template":"{{ input.n }}"}""", "\"${steps.a}\""), $$"""{"n":{{number}}}""")).GetString().ShouldBe(expected);

    [Theory]
    [InlineData("${ input.t.replace(/'/g, '') }", "its")]
    [InlineData("${ input.t.replace(/[}'\"]/g, '') } and ${ 4 / 2 }", "its and 2")]
    [InlineData("${ `a${ '}' }b` }", "a}b")]
    [InlineData("${ {a:1}.a / 1 }!", "1!")]
    [InlineData("$${ ${ 1 /* } */ } }", "${ 1 }")]
    public async Task Braces_and_quotes_inside_JavaScript_do_not_end_an_expression(string text, string expected) =>
        (await Run(Workflow(Step, JsonSerializer.Serialize(text)), """{"t":"it's"}""")).GetString().ShouldBe(expected);

    [Fact]
    public async Task A_signal_with_the_name_of_a_step_is_refused_at_its_place() =>
        (await Refused(Workflow("""{"id":"a","type":"signal","name":"b"},{"id":"b","type":"template","template":"x"}"""))).Keys.ShouldBe(["/steps/1/id"]);

    [Fact]
    public async Task A_whole_number_may_be_written_with_a_point_and_not_be_larger_than_any()
    {
        await Save(Workflow("""{"id":"a","type":"forEach","items":"${ [1] }","concurrency":2.0,"steps":[{"id":"b","type":"code","code":"return 1","retry":{"attempts":1.0}}]}"""));
        await Save(Workflow("""{"id":"a","type":"http","url":"https://example.org","expect":{"status":[200.0]}}"""));
    }

    private static string WithInput(string schema) => $$"""{"name":"test","steps":[{{Step}}],"input":{{schema}} }""";
}
