using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>An OTLP endpoint (HTTP, protobuf) that keeps what it is sent.</summary>
public sealed class TelemetryReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Signal, string Content)> _received = new();
    private readonly WebApplication _app;

    private TelemetryReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            // Names and string values stand in the message as they are.
            using var reader = new StreamReader(request.Body, Encoding.Latin1);
            _received.Enqueue((signal, await reader.ReadToEndAsync()));
        });
    }

    public string Url => _app.Urls.Single();

    public static async Task<TelemetryReceiver> StartAsync()
    {
        var receiver = new TelemetryReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>Whether a message of this signal (traces, metrics, logs) holds all of these texts.</summary>
    public bool Has(string signal, params string[] texts) =>
        _received.Any(message => message.Signal == signal && texts.All(text => message.Content.Contains(text, StringComparison.Ordinal)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
