namespace WorkflowAspire.Interop.Tests;

/// <summary>Files of the repository that tests read or run.</summary>
internal static class Repository
{
    private static readonly string Root = System.IO.Path.GetFullPath(System.IO.Path.Combine(NodeProcess.Folder, "..", "..", ".."));

    public static string Path(string path) => System.IO.Path.Combine(Root, path);
}
