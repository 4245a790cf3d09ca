using System.Data.Common;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkflowAspire.TestServers;

namespace WorkflowAspire.ServiceDefaults.Tests;

/// <summary>Which calls to servers stand in the list of traces.</summary>
/// <remarks>By itself: who listens to activities hears those of the whole process, so that beside another test's service a silent one would seem to speak.</remarks>
[Collection(ListeningToTheProcess.Name)]
public sealed class TracingTests(PostgresServer postgres) : IAsyncDisposable
{
    private static readonly ActivitySource Source = new("WorkflowAspire.TracingTests");

    private readonly WebApplication _service = Build();

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

    [Fact]
    public void What_is_below_a_background_loops_call_goes_with_it()
    {
        using var look = Source.StartActivity("SELECT", ActivityKind.Client);
        using var below = Source.StartActivity("connect", ActivityKind.Client);

        (below?.Recorded ?? false).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_a_databases_spans_those_below_a_run_are_exported_and_no_others()
    {
        var exported = new List<Activity>();
        await using var service = Build(builder =>
        {
            builder.AddDatabase("workflow");
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(new SimpleActivityExportProcessor(new ListExporter(exported))));
        }, ("ConnectionStrings:workflow", postgres.ConnectionString));
        var database = service.Services.GetRequiredService<DbDataSource>();

        await AskAsync(database);
        exported.ShouldBeEmpty();

        using (Source.StartActivity("run", ActivityKind.Consumer)) await AskAsync(database);
        exported.Select(span => span.Source.Name).ShouldBe(["Npgsql", Source.Name]);
    }

    [Fact]
    public async Task The_operators_sampler_is_heeded()
    {
        await using var silent = Build(("OTEL_TRACES_SAMPLER", "always_off"));
        await _service.DisposeAsync();

        using var run = Source.StartActivity("run", ActivityKind.Consumer);

        (run?.Recorded ?? false).ShouldBeFalse();
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private static async Task AskAsync(DbDataSource database)
    {
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync();
    }

    private static WebApplication Build(params (string Key, string? Value)[] settings) => Build(_ => { }, settings);

    private static WebApplication Build(Action<WebApplicationBuilder> configure, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value));
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        configure(builder);
        var service = builder.Build();
        _ = service.Services.GetRequiredService<TracerProvider>();
        return service;
    }

    private sealed class ListExporter(List<Activity> exported) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch) exported.Add(activity);
            return ExportResult.Success;
        }
    }
}

/// <summary>Tests that listen to activities, which are the whole process's: they run when no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ListeningToTheProcess
{
    public const string Name = "listening to the process";
}
