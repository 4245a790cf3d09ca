using Aspire.Hosting.ApplicationModel;

namespace WorkflowAspire.Hosting.Stopping;

/// <summary>Marks a store.</summary>
internal sealed class StopsAfterItsUsersAnnotation : IResourceAnnotation;
