using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.Workflows.Llm.Tests.Provider;

/// <summary>What goes over the wire from any provider.</summary>
internal static class Wire
{
    public static Task Status(HttpContext context, int status, string message, string? retryAfter = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        return Json(context, $$$"""{"error":{"message":{{{JsonSerializer.Serialize(message)}}},"type":"error"}}""");
    }

    public static Task Json(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    /// <summary>Sends something and drops the connection once that has arrived.</summary>
    public static async Task Cut(HttpContext context, string contentType, string start, Func<bool> hasArrived)
    {
        await Stream(context, contentType, [start]);
        await Eventually.True(hasArrived);
        context.Abort();
    }

    public static async Task Stream(HttpContext context, string contentType, IEnumerable<string> parts)
    {
        context.Response.ContentType = contentType;
        foreach (var part in parts)
        {
            await context.Response.WriteAsync(part);
            await context.Response.Body.FlushAsync();
        }
    }
}

/// <summary>OpenAI's chat completions.</summary>
internal static class OpenAIAnswers
{
    public const string EventStream = "text/event-stream";

    public static ScriptedProvider ThenOpenAI(this ScriptedProvider provider, string text, int input = 10, int output = 5, string finishReason = "stop") =>
        provider.Then(context => Wire.Json(context, Completion(text, input, output, finishReason)));

    public static ScriptedProvider ThenOpenAIStream(this ScriptedProvider provider, params string[] parts) =>
        provider.Then(context => Wire.Stream(context, EventStream, [.. parts.Select(Chunk), FinalChunk, UsageChunk, "data: [DONE]\n\n"]));

    public static ScriptedProvider ThenStatus(this ScriptedProvider provider, int status, string message = "no", string? retryAfter = null) =>
        provider.Then(context => Wire.Status(context, status, message, retryAfter));

    public static string Chunk(string text) =>
        $$$"""data: {"id":"c1","object":"chat.completion.chunk","created":1770811200,"model":"m-2026","choices":[{"index":0,"delta":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}}},"finish_reason":null}]}""" + "\n\n";

    private static string FinalChunk =>
        """data: {"id":"c1","object":"chat.completion.chunk","created":1770811200,"model":"m-2026","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\n";

    private static string UsageChunk =>
        """data: {"id":"c1","object":"chat.completion.chunk","created":1770811200,"model":"m-2026","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}""" + "\n\n";

    public static string Completion(string text, int input = 10, int output = 5, string finishReason = "stop") => string.Create(CultureInfo.InvariantCulture,
        $$$"""
        {"id":"c1","object":"chat.completion","created":1770811200,"model":"m-2026",
         "choices":[{"index":0,"message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}},"refusal":null},"finish_reason":"{{{finishReason}}}"}],
         "usage":{"prompt_tokens":{{{input}}},"completion_tokens":{{{output}}},"total_tokens":{{{input + output}}}}}
        """);
}

/// <summary>Ollama's /api/chat: one JSON a line; a single line where no stream was asked for.</summary>
internal static class OllamaAnswers
{
    public const string Lines = "application/x-ndjson";

    public static ScriptedProvider ThenOllama(this ScriptedProvider provider, params string[] parts) => provider.Then(async context =>
    {
        var streams = !provider.Requests[^1].Body.TryGetProperty("stream", out var stream) || stream.GetBoolean();
        if (streams) await Wire.Stream(context, Lines, [.. parts.Select(Line), Done("")]);
        else await Wire.Json(context, Done(string.Concat(parts)));
    });

    public static string Line(string text) =>
        $$$"""{"model":"llama3","created_at":"2026-02-11T12:00:00Z","message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}}},"done":false}""" + "\n";

    private static string Done(string text) =>
        $$$"""{"model":"llama3","created_at":"2026-02-11T12:00:00Z","message":{"role":"assistant","content":{{{JsonSerializer.Serialize(text)}}}},"done":true,"done_reason":"stop","total_duration":9,"prompt_eval_count":10,"eval_count":5}""" + "\n";
}
