using System.Text.Json;
using WorkflowAspire.Workflows.Dispatch;

namespace WorkflowAspire.Workflows.Tests.Dispatch;

public class WorkflowJobPayloadTests
{
    private const string FromNode =
        """{"runId":"0198c2d4-7a61-7000-8000-000000000001","tenantId":"0198c2d4-7a61-7000-8000-000000000002","workflowId":"greet","input":{"name":"Zoë"},"traceId":"abc","nested":{"n":[1,2.50,null]},"nothing":null}""";

    [Fact]
    public void Fields_that_are_not_known_are_kept() =>
        JsonElement.DeepEquals(JsonElement.Parse(JsonSerializer.Serialize(Read(FromNode), WorkflowJsonContext.Default.WorkflowJobPayload)), JsonElement.Parse(FromNode)).ShouldBeTrue();

    [Fact]
    public void A_payload_needs_no_input() =>
        Read("""{"runId":"0198C2D4-7A61-7000-8000-000000000001","tenantId":"0198c2d4-7a61-7000-8000-000000000002","workflowId":"greet"}""").Input.ShouldBeNull();

    [Theory]
    [InlineData("""{"tenantId":"0198c2d4-7a61-7000-8000-000000000002","workflowId":"greet"}""", "runId")]
    [InlineData("""{"runId":"no uuid","tenantId":"0198c2d4-7a61-7000-8000-000000000002","workflowId":"greet"}""", "runId")]
    [InlineData("""{"runId":"0198c2d4-7a61-7000-8000-000000000001","tenantId":"0198c2d4-7a61-7000-8000-000000000002","workflowId":null}""", "workflowId")]
    public void A_payload_that_lacks_what_a_run_needs_names_the_field(string json, string field) =>
        Should.Throw<JsonException>(() => Read(json)).Message.ShouldContain(field);

    private static WorkflowJobPayload Read(string json) => JsonSerializer.Deserialize(json, WorkflowJsonContext.Default.WorkflowJobPayload)!;
}
