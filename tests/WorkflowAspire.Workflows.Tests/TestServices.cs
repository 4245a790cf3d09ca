using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Workflows.Tests;

/// <summary>A host as a worker or the API builds one: its own container over a database.</summary>
internal static class TestServices
{
    public static IHost BuildHost(DbDataSource database, TimeProvider? time = null, Action<IServiceCollection>? configure = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)));
        builder.Services.AddSingleton(database);
        if (time is not null) builder.Services.AddSingleton(time);
        builder.Services.AddFakeLogging();
        builder.Services.AddWorkflowStore();
        builder.Services.AddWorkflows();
        configure?.Invoke(builder.Services);
        return builder.Build();
    }
}
