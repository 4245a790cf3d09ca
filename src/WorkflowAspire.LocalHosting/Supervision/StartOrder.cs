using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace WorkflowAspire.LocalHosting.Supervision;

/// <summary>Which resources need which; groups them so that each comes after all it needs.</summary>
internal static class StartOrder
{
    /// <summary>The groups in start order; the members of one don't need each other.</summary>
    public static IReadOnlyList<IReadOnlyList<IResource>> Of(IReadOnlyCollection<IResource> resources)
    {
        var left = new List<IResource>(resources);
        var done = new HashSet<IResource>();
        var groups = new List<IReadOnlyList<IResource>>();
        while (left.Count > 0)
        {
            var group = left.Where(resource => Needs(resource).All(other => done.Contains(other) || !resources.Contains(other))).ToList();
            if (group.Count == 0)
                throw new DistributedApplicationException($"{string.Join(", ", left.Select(r => r.Name))} wait for each other in a circle; take one WaitFor away.");
            groups.Add(group);
            done.UnionWith(group);
            left.RemoveAll(group.Contains);
        }

        return groups;
    }

    /// <summary>What a resource waits for, and what it lives in.</summary>
    public static IEnumerable<IResource> Needs(IResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource)
            .Concat(resource is IResourceWithParent child ? [child.Parent] : [])
            .Distinct();
}
