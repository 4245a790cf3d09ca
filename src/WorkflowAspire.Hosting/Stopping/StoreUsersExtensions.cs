using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace WorkflowAspire.Hosting.Stopping;

internal static class StoreUsersExtensions
{
    /// <summary>Has the application stop whatever waits for this store before it stops the store.</summary>
    public static IResourceBuilder<T> StopsAfterItsUsers<T>(this IResourceBuilder<T> builder)
        where T : IResource
    {
        builder.ApplicationBuilder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StoreUsers>());
        builder.Resource.Annotations.Add(new StopsAfterItsUsersAnnotation());
        return builder;
    }
}
