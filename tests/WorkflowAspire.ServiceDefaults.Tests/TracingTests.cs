using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkflowAspire.ServiceDefaults.Tests;

/// <summary>Which calls to servers stand in the list of traces.</summary>
public sealed class TracingTests : IAsyncDisposable
{
    private static readonly ActivitySource Source = new("WorkflowAspire.TracingTests");

    private readonly WebApplication _service;

    public TracingTests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        _service = builder.Build();
        _ = _service.Services.GetRequiredService<TracerProvider>();
    }

    [Fact]
    public void A_background_loops_call_to_a_server_is_no_trace_of_its_own()
    {
        using var look = Source.StartActivity("SELECT", ActivityKind.Client);

        (look?.Recorded ?? false).ShouldBeFalse();
    }

    [Fact]
    public void The_same_call_within_a_run_is_a_part_of_the_runs_trace()
    {
        using var run = Source.StartActivity("run", ActivityKind.Consumer);
        using var call = Source.StartActivity("SELECT", ActivityKind.Client);

        call!.Recorded.ShouldBeTrue();
        call.TraceId.ShouldBe(run!.TraceId);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}
