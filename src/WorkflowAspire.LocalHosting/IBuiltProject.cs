using Aspire.Hosting;

namespace WorkflowAspire.LocalHosting;

/// <summary>A project that was built along with the AppHost; the local backend runs the build's result.</summary>
public interface IBuiltProject : IProjectMetadata
{
    /// <summary>The assembly that the build made.</summary>
    string TargetPath { get; }
}
