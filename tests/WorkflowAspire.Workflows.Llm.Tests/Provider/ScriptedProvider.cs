using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Workflows.Llm.Tests.Provider;

/// <summary>A local HTTP server that gives the answers of a script, one a request, whoever asks.</summary>
public sealed class ScriptedProvider : IAsyncDisposable
{
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = [];
    private readonly ConcurrentQueue<ReceivedRequest> _requests = [];
    private WebApplication _app = null!;
    private int _inFlight;

    public string Address => _app.Urls.Single();

    public IReadOnlyList<ReceivedRequest> Requests => [.. _requests];

    /// <summary>Whether nobody waits for an answer that is about to come; one that never comes doesn't count.</summary>
    public bool IsIdle => Volatile.Read(ref _inFlight) == 0;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
    }

    public ScriptedProvider Then(Func<HttpContext, Task> answer)
    {
        _script.Enqueue(answer);
        return this;
    }

    /// <summary>Gives no answer at all, until the client has gone.</summary>
    public ScriptedProvider ThenNothing() => Then(HangAsync);

    public async Task HangAsync(HttpContext context)
    {
        Interlocked.Decrement(ref _inFlight);
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => Interlocked.Increment(ref _inFlight), TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _inFlight);
        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, cancellationToken: context.RequestAborted);
            _requests.Enqueue(new ReceivedRequest(context.Request.Path, context.Request.Headers.Authorization.ToString(), body));
            if (_script.TryDequeue(out var answer)) await answer(context);
            else await Wire.Status(context, 418, "The script has no more answers.");
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}

/// <summary>What a client sent.</summary>
public sealed record ReceivedRequest(string Path, string Authorization, JsonElement Body);
