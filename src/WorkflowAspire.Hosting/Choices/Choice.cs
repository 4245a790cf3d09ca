using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkflowAspire.Hosting.Choices;

/// <summary>What serves a store on this machine, and why.</summary>
/// <param name="What">What it is, for example <c>redis-server 7.0.15</c>.</param>
/// <param name="Why">Why it was chosen.</param>
internal abstract record Choice(string What, string Why);

internal static partial class ChoiceAnnouncement
{
    /// <summary>Says what was chosen and why: on the console, on the resource and in its log.</summary>
    public static IResourceBuilder<T> WithChoice<T>(this IResourceBuilder<T> builder, Choice choice)
        where T : IResource
    {
        var resource = builder.Resource;
        builder.ApplicationBuilder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
        {
            Chosen(start.Services.GetRequiredService<ILoggerFactory>().CreateLogger("WorkflowAspire.Hosting"), resource.Name, choice.What, choice.Why);
            Chosen(start.Services.GetRequiredService<ResourceLoggerService>().GetLogger(resource), resource.Name, choice.What, choice.Why);
            return Task.CompletedTask;
        });

        var known = resource.Annotations.OfType<ResourceSnapshotAnnotation>().LastOrDefault()?.InitialSnapshot;
        var snapshot = known ?? new CustomResourceSnapshot { ResourceType = resource is ContainerResource ? "Container" : choice.What, Properties = [] };
        return builder.WithInitialState(snapshot with
        {
            Properties = [.. snapshot.Properties, new("What it is", choice.What), new("Why", choice.Why)],
        });
    }

    [LoggerMessage(1, LogLevel.Information, "{Resource} is {What}: {Why}.")]
    private static partial void Chosen(ILogger logger, string resource, string what, string why);
}
