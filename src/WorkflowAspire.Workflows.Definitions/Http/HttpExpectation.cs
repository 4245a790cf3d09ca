using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Http;

/// <summary>Which answers a step takes.</summary>
/// <param name="Statuses">The statuses; empty for any from 200 to 299.</param>
/// <param name="Json">Whether the body must be JSON.</param>
/// <param name="Schema">What the body must fit; null for anything.</param>
internal sealed record HttpExpectation(IReadOnlyCollection<int> Statuses, bool Json, Schema? Schema)
{
    public static HttpExpectation Read(StepReader reader)
    {
        if (reader.Json("expect") is not { } expect) return new HttpExpectation([], false, null);
        IReadOnlyCollection<int> statuses = !expect.TryGetProperty("status", out var status) ? []
            : status.ValueKind == JsonValueKind.Array ? [.. status.EnumerateArray().Select(number => (int)number.GetDouble())]
            : [(int)status.GetDouble()];
        var json = expect.TryGetProperty("json", out var wanted) ? wanted : default;
        var schema = json.ValueKind == JsonValueKind.Object ? reader.CheckSchema("expect/json", json) : null;
        return new HttpExpectation(statuses, json.ValueKind is JsonValueKind.True or JsonValueKind.Object, schema);
    }

    public bool Takes(int status) => Statuses.Count == 0 ? status is >= 200 and < 300 : Statuses.Contains(status);
}
