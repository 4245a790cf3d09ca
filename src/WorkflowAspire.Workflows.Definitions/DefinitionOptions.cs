using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>What definitions may use; configuration section <c>Definitions</c>.</summary>
public sealed class DefinitionOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Definitions";

    /// <summary>How long one expression may compute.</summary>
    /// <value>Default 1 second.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ExpressionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a code step may compute.</summary>
    /// <value>Default 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan CodeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many bytes an expression, a code step or a template may allocate.</summary>
    /// <value>Default 64 MB.</value>
    [Range(1_000_000, 1_000_000_000)]
    public int MemoryLimit { get; set; } = 64_000_000;

    /// <summary>How many statements an expression or a code step may execute, and how many steps a template.</summary>
    /// <value>Default 1 million.</value>
    [Range(100, 1_000_000_000)]
    public int MaxStatements { get; set; } = 1_000_000;

    /// <summary>How deep calls may nest.</summary>
    /// <value>Default 64.</value>
    [Range(1, 500)]
    public int MaxRecursion { get; set; } = 64;

    /// <summary>What <c>http</c> steps may reach.</summary>
    [ValidateObjectMembers]
    public HttpReach Http { get; set; } = new();

    /// <summary>What <c>http</c> steps may reach.</summary>
    public sealed class HttpReach
    {
        /// <summary>The name of the configuration section.</summary>
        public const string Section = "Definitions:Http";

        /// <summary>Whether addresses that the internet doesn't route may be called: loopback, private and link-local ones and so on.</summary>
        /// <value>Default false: a tenant's URL must not reach the services around the worker.</value>
        public bool AllowPrivateAddresses { get; set; }

        /// <summary>The hosts that may be called; empty for any.</summary>
        /// <value>Default empty. A host that begins with <c>.</c> stands for all below it.</value>
        public IList<string> AllowedHosts { get; } = [];

        /// <summary>How many bytes an answer may have, after decompression.</summary>
        /// <value>Default 5 MB.</value>
        [Range(1, 100 * 1024 * 1024)]
        public int MaxResponseBytes { get; set; } = 5 * 1024 * 1024;
    }
}

[OptionsValidator]
internal sealed partial class DefinitionOptionsValidator : IValidateOptions<DefinitionOptions>;
