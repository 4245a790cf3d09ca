using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

// Events, traces and the board.
public sealed partial class NodeQueue
{
    /// <summary>Listens to all events of the package, and to custom ones of these names.</summary>
    public Task HearAsync(params string[] custom) => Call("hear", new JsonArray([.. custom.Select(name => (JsonNode)name)]));

    /// <summary>What was heard: <c>{ event, id, args }</c> each.</summary>
    public async Task<JsonArray> HeardAsync() => (JsonArray)(await Call("heard"))!;

    public Task HearNoMoreAsync() => Call("hearNoMore");

    public Task PublishAsync(JsonObject customEvent) => Call("publish", customEvent);

    public async Task<JsonNode> AddAndWaitAsync(JsonNode data) => (await Call("addAndWait", data))!;

    /// <summary>Adds a job within a trace; the answer has its <c>id</c> and <c>traceId</c>.</summary>
    public async Task<JsonNode> TracedAddAsync(JsonNode data) => (await Call("tracedAdd", data))!;

    public async Task<JsonNode> TracedFlowAsync() => (await Call("tracedFlow"))!;

    public Task StartTracedWorkerAsync(string how) => Call("startTracedWorker", how);

    /// <summary>What Node's side traced for this queue.</summary>
    public async Task<JsonArray> SpansAsync() => (JsonArray)(await Call("spans"))!;

    /// <summary>Serves bull-board for this queue; the answer is the port.</summary>
    public async Task<int> OpenBoardAsync() => (int)(await Call("openBoard"))!;

    public Task CloseBoardAsync() => Call("closeBoard");
}
