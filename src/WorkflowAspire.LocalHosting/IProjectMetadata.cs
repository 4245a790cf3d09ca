using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What the build knows about a project; <c>Projects.*</c> are generated from the AppHost's project references.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>The project file.</summary>
    string ProjectPath { get; }

    /// <summary>Whether it has been built along with the AppHost.</summary>
    bool SuppressBuild => true;
}
