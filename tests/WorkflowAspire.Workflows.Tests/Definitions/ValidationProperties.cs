using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using WorkflowAspire.Workflows.Definitions;

namespace WorkflowAspire.Workflows.Tests.Definitions;

/// <summary>Whatever is sent, validation answers; and whatever necessary is missing, it says where.</summary>
public class ValidationProperties : DefinitionSpecification
{
    private static readonly string[] Names =
    [
        "name", "steps", "id", "type", "url", "headers", "body", "if", "then", "else", "on", "cases", "default", "branches", "items", "steps", "template", "code", "when", "retry",
        "timeout", "duration", "until", "workflow", "input", "output", "expect", "json", "status", "prompt", "messages", "schema", "secret", "attempts", "connection", "$ref", "pattern", "/", "~",
    ];

    private static readonly string[] Texts =
    [
        "http", "llm", "template", "branch", "switch", "parallel", "forEach", "wait", "signal", "workflow", "code", "test", "a", "b", "${", "${}", "${ steps.a }", "${ item }", "$${", "${`${`", "{{ steps.a }}",
        "{{", "{% for x in y %}", "return 1", "}", "30s", "-1s", "99999999999d", "P1Y", "\u0000", "http://x/${secrets.a}", "(", "", "💥", "string", "array", "#", "#/$defs/x",
    ];

    private static readonly Gen<JsonNode?> AnyJson = Gen.Recursive<JsonNode?>((depth, inner) =>
    {
        var leaf = Gen.OneOf<JsonNode?>(
            Gen.Int[-5, 5].Select(number => (JsonNode?)number), Gen.Double.Where(double.IsFinite).Select(number => (JsonNode?)number), Gen.Bool.Select(value => (JsonNode?)value),
            Gen.Const((JsonNode?)null), Among(Texts).Select(text => (JsonNode?)text), Gen.String.Select(text => (JsonNode?)text));
        if (depth > 5) return leaf;
        return Gen.Frequency(
            (2, leaf),
            (2, inner.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())]))),
            (5, Gen.Select(Among(Names), inner).Array[0, 6].Select(properties => (JsonNode?)Map(properties))));
    });

    // Each has all that it needs, and nothing else.
    private static readonly Gen<JsonObject> Steps = Among(
        """{"id":"ID","type":"http","url":"https://example.org/${input.x}"}""",
        """{"id":"ID","type":"template","template":"{{ input.x }}"}""",
        """{"id":"ID","type":"code","code":"return input.x"}""",
        """{"id":"ID","type":"branch","if":"${input.x}","then":[{"id":"ID1","type":"code","code":"return 1"}]}""",
        """{"id":"ID","type":"switch","on":"${input.x}","cases":{"a":[{"id":"ID1","type":"code","code":"return 1"}]}}""",
        """{"id":"ID","type":"parallel","branches":{"a":[{"id":"ID1","type":"template","template":"a"}],"b":[{"id":"ID2","type":"template","template":"b"}]}}""",
        """{"id":"ID","type":"forEach","items":"${input.list}","steps":[{"id":"ID1","type":"code","code":"return item"}]}""",
        """{"id":"ID","type":"workflow","workflow":"test"}""").Select(text => (JsonObject)JsonNode.Parse(text)!);

    private static readonly Gen<JsonObject> Sound = Steps.Array[1, 5].Select(steps => new JsonObject
    {
        ["name"] = "test",
        ["steps"] = new JsonArray([.. steps.Select((step, index) => JsonNode.Parse(step.ToJsonString().Replace("ID", $"s{index}_", StringComparison.Ordinal)))]),
    });

    private DefinitionValidator Validator => Services.GetRequiredService<DefinitionValidator>();

    [Fact]
    public void Validation_never_throws() => AnyJson.Select(Sometimes).Sample(
        json =>
        {
            Validate(json);
            return true;
        },
        iter: 3000, threads: 1);

    [Fact]
    public void A_sound_definition_is_accepted_and_without_any_of_its_properties_it_is_not() => Gen.Select(Sound, Gen.Int[0, int.MaxValue - 1]).Sample(
        (definition, which) =>
        {
            Validate(definition).ShouldBeEmpty(definition.ToJsonString());
            var owners = Objects(definition).SelectMany(owner => owner.Select(property => (Owner: owner, property.Key))).Where(place => IsNeeded(place.Owner, place.Key)).ToList();
            var (owner, key) = owners[which % owners.Count];
            owner.Remove(key);

            var errors = Validate(definition);

            errors.ShouldNotBeEmpty(definition.ToJsonString());
            errors.ShouldAllBe(error => error.Key.Length == 0 || error.Key[0] == '/');
            errors.Keys.ShouldContain(pointer => pointer.EndsWith($"/{key}", StringComparison.Ordinal));
        },
        iter: 300, threads: 1);

    private static Gen<T> Among<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static bool IsNeeded(JsonObject owner, string key) => owner.ContainsKey("type") || key is "name" or "steps";

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(property => Objects(property.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    // Arbitrary JSON seldom gets beyond the first check; as a step of a definition it does.
    private static JsonNode? Sometimes(JsonNode? json) => json switch
    {
        JsonObject map when map.ContainsKey("type") || map.Count > 2 => new JsonObject { ["name"] = "test", ["steps"] = new JsonArray(map.DeepClone()), ["input"] = map.DeepClone(), ["output"] = map.DeepClone() },
        _ => json,
    };

    private static JsonObject Map((string Name, JsonNode? Value)[] properties)
    {
        var map = new JsonObject();
        foreach (var (name, value) in properties) map[name] = value?.DeepClone();
        return map;
    }

    private IReadOnlyDictionary<string, string[]> Validate(JsonNode? json) =>
        Validator.ValidateAsync(Tenant, "test", JsonSerializer.SerializeToElement(json)).GetAwaiter().GetResult();
}
