namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a server, a database, a project, a parameter.</summary>
public interface IResource
{
    /// <summary>The name by which the rest of the application knows it.</summary>
    string Name { get; }

    /// <summary>What the AppHost said about it.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>One statement of the AppHost about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>A resource that has environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that has command line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens on endpoints.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that can start after another.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that lives inside another.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource it lives in.</summary>
    IResource Parent { get; }
}

/// <summary>A resource that lives inside another of a known type.</summary>
/// <typeparam name="T">The type of the parent.</typeparam>
public interface IResourceWithParent<out T> : IResourceWithParent where T : IResource
{
    /// <summary>The resource it lives in.</summary>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}
