using System.Globalization;
using System.Text.Json;
using CsCheck;

namespace WorkflowAspire.Hostile.Tests;

/// <summary>Makes definitions, expressions, templates, schemas and inputs: sizes and depths around the limits, cycles, Unicode, numbers.</summary>
internal static class Attacks
{
    // Beyond what any reader of JSON takes by itself.
    private const int DeepestInput = 80;

    private static readonly Gen<string> Number = Gen.OneOf(
        Among("0", "-0", "1e400", "-1e-400", "9007199254740993", "0.12345678901234567890123456789012345", "1e30", "79228162514264337593543950336", "1.0", "2147483648"),
        Gen.Double.Where(double.IsFinite).Select(number => number.ToString("R", CultureInfo.InvariantCulture).Replace("E+", "e", StringComparison.Ordinal).Replace("E", "e", StringComparison.Ordinal)),
        Gen.Int.Select(number => number.ToString(CultureInfo.InvariantCulture)),
        Gen.Int[1, 3000].Select(digits => new string('7', digits)));

    private static readonly Gen<string> Word = Among("a", "b", "input", "steps", "item", "toJSON", "constructor", "__proto__", "length", "$ref", "", "0", "a/b", "~", "😀", "ß", "‮", "\\u0000");

    private static readonly Gen<string> Text = Gen.Frequency(
        (4, Word.Select(word => $"\"{word}\"")),
        (3, Gen.String.Select(Quote)),
        (1, Among("\"\\ud800\"", "\"\\udfff x\"", "\"\\ud83d\\ude00\"", "\"\\u0000\"")),
        (1, Gen.Int[0, 3000].Select(length => Quote(new string('ü', length)))));

    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, inner) => depth > 5
        ? Gen.OneOf(Number, Text, Among("true", "false", "null"))
        : Gen.Frequency(
            (4, Gen.OneOf(Number, Text, Among("true", "false", "null", "[]", "{}"))),
            (2, inner.Array[0, 4].Select(items => $"[{string.Join(',', items)}]")),
            (3, Gen.Select(Word, inner).Array[0, 4].Select(properties => $"{{{string.Join(',', properties.Select(property => $"\"{property.Item1}\":{property.Item2}"))}}}"))));

    private static readonly Gen<string> Input = Gen.Frequency(
        (20, Json),
        (2, Gen.Int[1, DeepestInput].Select(depth => $"{Repeat("[", depth)}{Repeat("]", depth)}")),
        (1, Gen.Int[1_048_000, 1_049_000].Select(length => Quote(new string('x', length)))),
        (1, Gen.Int[1, 3000].Select(count => $"[{string.Join(',', Enumerable.Range(0, count))}]")),
        (1, Among("nope", "{", "[1,]", "\"\\ud800\"", "{\"a\":1,\"a\":2}", "1 2", "﻿1")));

    private static readonly Gen<string> Times = Among("1", "3", "100", "5000", "3000000", "2e9", "-1", "NaN");

    private static readonly Gen<string> Nasty = Among(
        "input", "input.a.b", "input?.a?.b ?? 'none'", "Object.keys(steps).length", "run.id", "[...'a😀b'].reverse().join('')",
        "input.slice(0, 1)", "'😀'.slice(0, 1)", "JSON.parse('['.repeat(5000) + ']'.repeat(5000))", "Array.from({length: 50000}).reduce(a => [a], [])",
        "Array(20).fill('x'.repeat(5000000)).join('')", "(() => { for (;;); })()", "(() => { let a = 'x'; for (;;) a += a; })()", "(function f() { return f(); })()",
        "/(a+)+$/.test('a'.repeat(40) + 'b')", "'a'.repeat(TIMES)", "'a'.padEnd(TIMES)", "Array(TIMES).fill(0)", "new Array(TIMES).join('ab')", "Array.from({length: TIMES}).map((_, i) => [i, i])",
        "({ toJSON() { return this; } })", "(() => { const a = {}; a.a = a; return a; })()", "({ get a() { throw null; } })", "(() => { throw undefined; })()",
        "Symbol('x')", "() => 1", "undefined", "NaN", "-1 / 0", "10n ** BigInt(Number(TIMES) || 1)", "BigInt(input)", "(async () => 1)()", "new Map([[1, 2]])",
        "[1,2,3].sort(() => { for (let i = 0; i < 1e7; i++); })", "String.raw`\\u{0}`", "'\\ud800'", "`${'\\udfff'}`", "new Error('x'.repeat(1000000))", "(() => { throw new Error('x'.repeat(5000000)); })()",
        "Array.prototype.map = 1", "Object.prototype.toJSON = () => 'mine'", "String.prototype.at = null", "Object.defineProperty(Object.prototype, 'length', { get() { for (;;); } })",
        "'a'.localeCompare('ä')", "'a'.normalize('NFC')", "(1234.5).toFixed(TIMES)", "(12).toString(TIMES)", "'x'.replaceAll('x', 'y'.repeat(TIMES))", "Array(TIMES).concat(Array(TIMES))", "[].concat(...Array(1000).fill(input))",
        "input.map(x => x)", "input.flat(Infinity)", "Object.entries(input)", "JSON.stringify(input)", "JSON.stringify(input, null, 'xxxxxxxxxx')", "this");

    // What a definition mustn't refer to, mostly.
    private static readonly Gen<string> Foreign = Among(
        "steps.s0", "item", "index", "new Proxy({}, { ownKeys() { for (;;); } })", "Reflect.ownKeys(globalThis)", "structuredClone(input)", "eval('1')",
        "Function('return 1')()", "arguments", "import('fs')", "new.target", "super.x", "yield", "a = 1");

    private static readonly Gen<string> Expression = Gen.Recursive<string>((depth, inner) => depth > 3
        ? Gen.Select(Nasty, Times, (text, times) => text.Replace("TIMES", times, StringComparison.Ordinal))
        : Gen.Frequency(
            (30, Gen.Select(Nasty, Times, (text, times) => text.Replace("TIMES", times, StringComparison.Ordinal))),
            (1, Foreign),
            (3, Gen.Select(inner, inner, Among("+", "&&", "||", "??", ",", "-", "in", "instanceof", "**", "=="), (left, right, op) => $"({left}) {op} ({right})")),
            (3, inner.Select(text => $"[{text}]")),
            (3, inner.Select(text => $"({{ a: {text} }})")),
            (1, Gen.Select(inner, Nesting, (text, times) => $"{Repeat("(", times)}{text}{Repeat(")", times)}")),
            (1, Gen.Select(inner, Nesting, (text, times) => $"{text}{Repeat("+1", times)}")),
            (1, Gen.Select(Among("!", "-", "~", "typeof ", "void ", "a=>", "[", "{", "`${", "(", "/", "'"), Nesting, Repeat)),
            (1, Gen.String)));

    private static readonly Gen<string> Filled = Gen.Frequency(
        (12, Expression.Select(text => $"${{ {text} }}")),
        (2, Gen.Select(Expression, Expression, (left, right) => $"{left} ${{ {left} }} $${{ {right} }} ${{{right}}}")),
        (1, Gen.Int[9_900, 10_100].Select(length => $"${{'{new string('x', length)}'}}")),
        (1, Among("${", "${}", "$${", "${`", "${ input.t.replace(/'/g, '') }", "}${", "${ 1 } ${")));

    private static readonly Gen<string> Template = Gen.Recursive<string>((depth, inner) => depth > 3
        ? Among("{{ input }}", "{{ input.a | size }}", "x")
        : Gen.Frequency(
            (16, Among(
                "{{ input }}", "{{ input.a.b }}", "{{ steps.s0 }}", "{{ item }}", "{{ input | join: ', ' }}", "{{ input | json }}", "{{ input | plus: 1 }}", "{{ 1 | divided_by: 0 }}", "{{ 'x' | repeat: 5 }}",
                "{{ input | date: '%Y' }}", "{{ 'now' | date: '%s' }}", "{{ input | sort | first }}", "{{ input | where: 'a', 1 }}", "{% for i in (1..2000000000) %}{% endfor %}", "{% for i in (1..5000) %}{{ i }}{% endfor %}",
                "{% assign a = 'x' %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}{{ a }}", "{% capture c %}{{ input }}{% endcapture %}{{ c }}", "{% include 'x' %}", "{% render '/etc/passwd' %}",
                "{% raw %}{{{% endraw %}", "{% cycle 'a', 'b' %}", "{% tablerow i in (1..3000) %}{{ i }}{% endtablerow %}", "{{ input.size }}", "{{ input[0][0] }}", "{{ '\\ud800' }}", "{{ (1..100000000) | join }}", "{{ 99999999999999999999999999999 | times: 99999999999999999999999999999 }}",
                "{% if input contains 'a' %}1{% endif %}", "{{ secrets.a }}", "{{ 'a' | truncate: -1 }}", "{{ input | slice: 0, 2147483647 }}", "{{ input | split: '' | reverse | join: '' }}", "{{ 'aaa' | replace: 'a', input }}")),
            (1, inner.Select(text => $"{{% if input %}}{text}{{% endif %}}")),
            (1, inner.Select(text => $"{{% for x in input %}}{text}{{% endfor %}}")),
            (1, Gen.Select(inner, inner, (left, right) => left + right)),
            (1, Nesting.Select(times => $"{Repeat("{% if 1 %}", times)}{Repeat("{% endif %}", times)}")),
            (1, Nesting.Select(times => $"{{{{ input{Repeat(" | upcase", times)} }}}}")),
            (1, Nesting.Select(times => $"{{% if 1{Repeat(" or 1", times)} %}}{{% endif %}}")),
            (1, Among("{{", "{%", "}}", "{% if %}", "{% endif %}", "{{ | }}", "{{ input | nope }}"))));

    private static readonly Gen<string> Schema = Gen.Recursive<string>((depth, inner) => depth > 4
        ? Among("true", "false", "{}", """{"$ref":"#"}""", """{"type":"string"}""")
        : Gen.Frequency(
            (5, Among(
                "true", "{}", """{"type":"object"}""", """{"type":["string","null"]}""", """{"$ref":"#"}""", """{"$ref":"#/$defs/a"}""", """{"$ref":"#/properties/a"}""", """{"$dynamicRef":"#me"}""", """{"$ref":"https://example.org/x"}""",
                """{"pattern":"^(a+)+$"}""", """{"pattern":"("}""", """{"minimum":1e400}""", """{"multipleOf":1e-300}""", """{"enum":[1e400,"😀"]}""", """{"const":9007199254740993}""", """{"maxLength":-1}""", """{"minLength":1e20}""",
                """{"uniqueItems":true}""", """{"format":"date-time"}""", """{"format":"regex"}""", """{"$id":"x","$ref":"x"}""", """{"$anchor":"a","not":{"$ref":"#a"}}""", """{"$schema":"https://example.org/other"}""", """{"type":7}""", "7")),
            (2, Gen.Select(Among("allOf", "anyOf", "oneOf", "prefixItems"), inner.Array[1, 3], (keyword, parts) => $$"""{"{{keyword}}":[{{string.Join(',', parts)}}]}""")),
            (2, Gen.Select(Among("not", "items", "additionalProperties", "contains", "propertyNames", "if", "then", "unevaluatedProperties"), inner, (keyword, part) => $$"""{"{{keyword}}":{{part}}}""")),
            (2, Gen.Select(Among("properties", "$defs", "patternProperties", "dependentSchemas"), Word, inner, (keyword, name, part) => $$"""{"{{keyword}}":{"{{name}}":{{part}},"a":{{part}} } }""")),
            (1, Gen.Int[1, 40].Select(Doubling)),
            (1, Gen.Int[150, 300].Select(Chain))));

    private static readonly Gen<string> Duration = Gen.OneOf(Among("1ms", "0s", "-1s", "99999999999d", "PT0S", "soon"), Filled);

    private static readonly Gen<Func<string, string>> Step = Gen.Recursive<Func<string, string>>((depth, inner) => Gen.Frequency(
        (6, Template.Select(text => Of("template", $"\"template\":{Quote(text)}"))),
        (6, Expression.Select(text => Of("code", $"\"code\":{Quote($"return {text};")}"))),
        (1, Among("for (;;) ;", "return new Date();", "return", "}", "return await 1", "let a = []; for (;;) a.push(a.slice());", "while (true) { try { throw 1 } catch { } }").Select(text => Of("code", $"\"code\":{Quote(text)}"))),
        (1, Duration.Select(text => Of("wait", $"\"duration\":{Quote(text)}"))),
        (1, Duration.Select(text => Of("signal", $"\"name\":\"go\",\"timeout\":{Quote(text)}"))),
        (1, Filled.Select(text => Of("workflow", $"\"workflow\":\"test\",\"when\":\"${{ run.id < '8' }}\",\"input\":{Quote(text)}"))),
        (1, Json.Select(text => Of("http", $"\"url\":\"http://127.0.0.1:9/\",\"body\":{text},\"method\":\"POST\""))),
        (depth > 2 ? 0 : 1, Gen.Select(Expression, inner, inner, (text, then, other) => Of("branch", id => $"\"if\":{Quote($"${{ {text} }}")},\"then\":[{then(id + "t")}],\"else\":[{other(id + "e")}]"))),
        (depth > 2 ? 0 : 1, Gen.Select(Expression, inner, (text, then) => Of("switch", id => $"\"on\":{Quote($"${{ {text} }}")},\"cases\":{{\"a\":[{then(id + "c")}]}}"))),
        (depth > 2 ? 0 : 1, Gen.Select(Expression, inner, Number, (text, then, number) => Of("forEach", id => $"\"items\":{Quote($"${{ {text} }}")},\"concurrency\":{number},\"steps\":[{then(id + "i")}]"))),
        (depth > 2 ? 0 : 1, Gen.Select(Expression, inner, (text, then) => Of("forEach", id => $"\"items\":{Quote($"${{ [1, 2, input] }}")},\"when\":{Quote($"${{ {text} }}")},\"steps\":[{then(id + "i")}]"))),
        (depth > 2 ? 0 : 1, Gen.Select(inner, inner, (left, right) => Of("parallel", id => $"\"branches\":{{\"a\":[{left(id + "a")}],\"b\":[{right(id + "b")}]}}")))));

    private static readonly Gen<string> Definition = Gen.Frequency(
        (12, Gen.Select(Step.Array[1, 2], Filled, Schema, Gen.Int[0, 5], (steps, output, schema, with) =>
            $$"""{"name":"test","steps":[{{string.Join(',', steps.Select((step, index) => step($"s{index}")))}}],"output":{"a":{{Quote(output)}}}{{(with == 0 ? $",\"input\":{schema}" : "")}} }""")),
        (6, Gen.Select(Nasty, Times, (text, times) => $$"""{"name":"test","steps":[{"id":"a","type":"code","code":{{Quote($"return {text.Replace("TIMES", times, StringComparison.Ordinal)};")}} }]}""")),
        (6, Gen.Select(Nasty, Times, (text, times) => $$"""{"name":"test","steps":[{"id":"a","type":"template","template":"x"}],"output":{{Quote($"${{ {text.Replace("TIMES", times, StringComparison.Ordinal)} }}")}} }""")),
        (6, Template.Select(text => $$"""{"name":"test","steps":[{"id":"a","type":"template","template":{{Quote(text)}} }]}""")),
        (4, Schema.Select(schema => $$"""{"name":"test","steps":[{"id":"a","type":"template","template":"x"}],"input":{{schema}} }""")),
        (1, Json),
        (1, Gen.Select(Json, Json, (steps, output) => $$"""{"name":"test","steps":{{steps}},"output":{{output}} }""")),
        (1, Gen.Int[1, 70].Select(depth => Enumerable.Range(0, depth).Aggregate("""{"id":"s","type":"code","code":"return 1"}""", (inner, n) => $$"""{"id":"b{{n}}","type":"branch","if":"${ true }","then":[{{inner}}]}""")).Select(step => $$"""{"name":"test","steps":[{{step}}]}""")),
        (1, Gen.Int[900, 1100].Select(count => $$"""{"name":"test","steps":[{{string.Join(',', Enumerable.Range(0, count).Select(n => $$"""{"id":"s{{n}}","type":"template","template":""}"""))}}] }""")),
        (1, Among("", "{", "nope", "[]", "\"\\ud800\"", """{"name":"test","steps":[{"id":"a","type":"signal","name":"b"},{"id":"b","type":"template","template":"x"}]}""")));

    private static Gen<int> Nesting => Gen.OneOf(Gen.Int[0, 10], Gen.Int[95, 105], Gen.Int[195, 205], Gen.Int[290, 310], Gen.Int[490, 510], Gen.Int[2000, 6000]);

    /// <summary>All there is.</summary>
    public static Gen<Attack> Any { get; } = Gen.Select(Definition, Input.Array[1, 2], Input, (definition, inputs, signal) => new Attack(definition, inputs, signal));

    private static Func<string, string> Of(string type, string properties) => Of(type, _ => properties);

    private static Func<string, string> Of(string type, Func<string, string> properties) => id => $$"""{"id":"{{id}}","type":"{{type}}",{{properties(id)}}}""";

    private static string Doubling(int times) => $$"""{"$ref":"#/$defs/a0","$defs":{{{string.Join(',', Enumerable.Range(0, times).Select(n => $$"""
        "a{{n}}":{"allOf":[{"$ref":"#/$defs/a{{n + 1}}"},{"$ref":"#/$defs/a{{n + 1}}"}]}
        """))}},"a{{times}}":{} } }""";

    private static string Chain(int times) => $$"""{"$ref":"#/$defs/c0","$defs":{{{string.Join(',', Enumerable.Range(0, times).Select(n => $$"""
        "c{{n}}":{"$ref":"#/$defs/c{{n + 1}}"}
        """))}},"c{{times}}":{} } }""";

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
