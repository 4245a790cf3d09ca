using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Store;

/// <summary>How the store uses its database; configuration section <c>Store</c>.</summary>
internal sealed class StoreOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Store";

    /// <summary>Whether the writes of concurrent runs share round trips.</summary>
    /// <value>Default true; the benchmark compares it with false.</value>
    public bool GroupCommit { get; set; } = true;

    /// <summary>How long a process waits at its start for another one that brings the schema up to date, or holds its lock for another reason.</summary>
    /// <value>Default 1 minute; then the start ends, and the message says who has the lock.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan MigrationTimeout { get; set; } = TimeSpan.FromMinutes(1);
}

[OptionsValidator]
internal sealed partial class StoreOptionsValidator : IValidateOptions<StoreOptions>;
