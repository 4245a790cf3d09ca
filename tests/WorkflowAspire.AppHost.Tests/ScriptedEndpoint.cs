using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.AppHost.Tests;

/// <summary>A real HTTP server that answers each path as the test says, and counts who asked.</summary>
public sealed class ScriptedEndpoint : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Func<int, Task<IResult>>> _scripts = new();
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/{path}", (string path) => _scripts[path](_calls.AddOrUpdate(path, 1, (_, calls) => calls + 1)));
        await _app.StartAsync();
    }

    /// <summary>An address whose answer is made from the number of the call, from 1.</summary>
    public Uri Answering(Func<int, Task<IResult>> script)
    {
        var path = Guid.NewGuid().ToString("N");
        _scripts[path] = script;
        return new Uri($"{_app.Urls.Single()}/{path}");
    }

    public Uri Answering(Func<int, IResult> script) => Answering(call => Task.FromResult(script(call)));

    public int CallsOf(Uri url) => _calls.GetValueOrDefault(url.AbsolutePath[1..]);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
