using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>All resources of an application, in the order in which they were added.</summary>
public interface IResourceCollection : IList<IResource>
{
    /// <summary>Finds a resource by its name.</summary>
    /// <param name="name">The name; upper and lower case are the same.</param>
    /// <param name="resource">The resource, if there is one of that name.</param>
    bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource);
}

/// <inheritdoc/>
internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    public bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource)
    {
        resource = this.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase));
        return resource is not null;
    }

    protected override void InsertItem(int index, IResource item)
    {
        if (TryGetByName(item.Name, out _))
            throw new DistributedApplicationException($"There is a resource named '{item.Name}' already; give one of the two another name.");
        base.InsertItem(index, item);
    }
}

/// <summary>The resources of an application that was built.</summary>
/// <param name="resources">All resources.</param>
public class DistributedApplicationModel(IResourceCollection resources)
{
    /// <summary>All resources.</summary>
    public IResourceCollection Resources { get; } = resources;
}
