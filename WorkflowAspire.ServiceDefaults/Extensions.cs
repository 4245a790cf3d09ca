using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WorkflowAspire.ServiceDefaults;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the system has: JSON logs, OpenTelemetry, health checks, service discovery, resilient HTTP.</summary>
public static class Extensions
{
    private const string HealthPath = "/health";
    private const string AlivePath = "/alive";
    private const string LiveTag = "live";

    extension<TBuilder>(TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        /// <summary>Adds all of it. Call it before anything that connects to Redis, because the runbook's variables decide where that is.</summary>
        /// <exception cref="Options.OptionsValidationException">A variable has a value that can't be used; the message names it.</exception>
        public TBuilder AddServiceDefaults()
        {
            RedisVariables.Apply(builder.Configuration);
            builder.SkipRedisCommandsInTraces();
            builder.Logging.AddRunbookConsole();
            builder.ConfigureOpenTelemetry();
            builder.AddDefaultHealthChecks();
            builder.AddHealthLog();
            builder.Services.AddServiceDiscovery();
            builder.Services.ConfigureHttpClientDefaults(http =>
            {
                http.AddStandardResilienceHandler();
                http.AddServiceDiscovery();
            });
            return builder;
        }

        /// <summary>Traces, metrics and logs; they leave by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says where to.</summary>
        public TBuilder ConfigureOpenTelemetry()
        {
            builder.Logging.AddOpenTelemetry(logging =>
            {
                logging.IncludeFormattedMessage = true;
                logging.IncludeScopes = true;
            });
            builder.Services.AddOpenTelemetry()
                .WithMetrics(metrics => metrics
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddRuntimeInstrumentation()
                    .AddMeter("WorkflowAspire.*", "Polly"))
                .WithTracing(tracing => tracing
                    .AddProcessor(new NoLoneClientSpans())
                    .AddSource(builder.Environment.ApplicationName, "WorkflowAspire.*")
                    .AddAspNetCoreInstrumentation(options => options.Filter = IsNoProbe)
                    .AddHttpClientInstrumentation());
            return builder.AddOpenTelemetryExporters();
        }

        /// <summary>The check that a living process passes; clients of Redis and the database add their own.</summary>
        public TBuilder AddDefaultHealthChecks()
        {
            builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
            return builder;
        }

        // Each look at the checks would log what fails, also while a service still starts or already stops; a change is what is worth a line.
        private void AddHealthLog()
        {
            builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService", LogLevel.None);
            builder.Services.AddSingleton<IHealthCheckPublisher, HealthLog>();
            builder.Services.Configure<HealthCheckPublisherOptions>(options => options.Delay = HealthLog.AfterStart);
        }

        private TBuilder AddOpenTelemetryExporters()
        {
            if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) builder.Services.AddOpenTelemetry().UseOtlpExporter();
            return builder;
        }

        // A job takes several commands, and the queue's own activities tell its story; Aspire's client would trace each command unless told not to.
        private void SkipRedisCommandsInTraces()
        {
            const string setting = "Aspire:StackExchange:Redis:DisableTracing";
            if (builder.Configuration[setting] is null) builder.Configuration.AddInMemoryCollection([new(setting, "true")]);
        }
    }

    /// <summary>
    /// Maps <c>/health</c> (ready: every check passes) and <c>/alive</c> (the process answers). They name the checks; why one fails is told on a
    /// developer's machine only.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // In production too: Kubernetes and Azure Container Apps probe them, and they tell nothing that a caller could use.
        var writer = new HealthReportWriter(tellsWhy: app.Environment.IsDevelopment());
        app.MapHealthChecks(HealthPath, new HealthCheckOptions { ResponseWriter = writer.WriteAsync });
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag), ResponseWriter = writer.WriteAsync });
        return app;
    }

    private static bool IsNoProbe(HttpContext context) =>
        !context.Request.Path.StartsWithSegments(HealthPath) && !context.Request.Path.StartsWithSegments(AlivePath);
}
