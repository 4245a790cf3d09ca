namespace Aspire.Hosting;

/// <summary>How an application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The AppHost's assembly.</summary>
    /// <value>Default null: the one with the entry point.</value>
    public string? AssemblyName { get; set; }

    /// <summary>The AppHost's project folder.</summary>
    /// <value>Default null: where it was built.</value>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether to go without Aspire's dashboard; the local backend has none.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether resources may speak HTTP; the local backend speaks nothing else.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}
