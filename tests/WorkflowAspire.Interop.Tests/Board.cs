using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkflowAspire.Interop.Tests;

/// <summary>bull-board on one queue, driven over its HTTP API.</summary>
internal sealed class Board : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly NodeQueue _queue;

    private Board(NodeQueue queue, int port)
    {
        _queue = queue;
        _http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/")) };
    }

    public static async Task<Board> OpenAsync(NodeQueue queue) => new(queue, await queue.OpenBoardAsync());

    /// <summary>The queue with its counts and its first jobs of one status.</summary>
    public async Task<JsonNode> QueueAsync(string status) =>
        JsonNode.Parse(await _http.GetStringAsync(new Uri($"queues?activeQueue={_queue.Name}&status={status}&page=1&jobsPerPage=10", UriKind.Relative)))!["queues"]![0]!;

    public async Task<JsonNode?> GetAsync(string path) =>
        JsonNode.Parse(await _http.GetStringAsync(new Uri($"queues/{_queue.Name}/{path}", UriKind.Relative)));

    public async Task PutAsync(string path)
    {
        using var answer = await _http.PutAsync(new Uri($"queues/{_queue.Name}/{path}", UriKind.Relative), null);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _queue.CloseBoardAsync();
    }
}
