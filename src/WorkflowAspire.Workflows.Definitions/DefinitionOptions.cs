using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Secrets;

namespace WorkflowAspire.Workflows.Definitions;

/// <summary>What definitions may use; configuration section <c>Definitions</c>.</summary>
public sealed class DefinitionOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Definitions";

    /// <summary>How long one expression may compute: processor time.</summary>
    /// <value>Default 1 second.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ExpressionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a code step may compute: processor time.</summary>
    /// <value>Default 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan CodeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a template may be rendered: processor time.</summary>
    /// <value>Default 2 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan TemplateTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a value may be checked against a schema: processor time.</summary>
    /// <value>Default 2 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan SchemaTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long all texts of a definition together may take to be read: processor time.</summary>
    /// <value>Default 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many bytes an expression or a code step may allocate while it runs; looked at between statements.</summary>
    /// <remarks>What holds at any moment, for templates and schemas too, is <see cref="EvaluatorOptions.MaxHeap"/>.</remarks>
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

    /// <summary>Bytes of what an expression, a code step or a template gives, as JSON or text in UTF-8.</summary>
    /// <value>Default 5 MB.</value>
    [Range(1000, 100_000_000)]
    public int MaxOutput { get; set; } = 5_000_000;

    /// <summary>Bytes of a definition.</summary>
    /// <value>Default 1 MB.</value>
    [Range(1000, 10_000_000)]
    public int MaxDefinitionBytes { get; set; } = 1_048_576;

    /// <summary>Characters of one expression.</summary>
    /// <value>Default 10,000.</value>
    [Range(100, 100_000)]
    public int MaxExpressionLength { get; set; } = 10_000;

    /// <summary>Characters of one text with expressions, of a template, of a code step or of a schema.</summary>
    /// <value>Default 100,000.</value>
    [Range(1000, 1_000_000)]
    public int MaxTextLength { get; set; } = 100_000;

    /// <summary>Items of a <c>forEach</c>.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 1_000_000)]
    public int MaxItems { get; set; } = 1_000;

    /// <summary>Steps of a definition, those inside others included.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 100_000)]
    public int MaxSteps { get; set; } = 1_000;

    /// <summary>Versions of a definition.</summary>
    /// <value>Default 1,000.</value>
    [Range(1, 1_000_000)]
    public int MaxVersions { get; set; } = 1_000;

    /// <summary>The processes in which tenants' texts are read and evaluated.</summary>
    [ValidateObjectMembers]
    public EvaluatorOptions Evaluators { get; set; } = new();

    /// <summary>The secrets of <c>Secrets:{name}</c> that the definitions of all tenants may use, by name, and where they may be sent.</summary>
    /// <value>Default none: a tenant has the secrets of <c>Secrets:{tenant}</c> alone.</value>
    public IDictionary<string, SharedSecret> SharedSecrets { get; set; } = new Dictionary<string, SharedSecret>(StringComparer.OrdinalIgnoreCase);

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

        /// <summary>How many bytes an answer may have, after decompression; also that of a model whose connection is a tenant's secret.</summary>
        /// <value>Default 5 MB.</value>
        [Range(1, 100 * 1024 * 1024)]
        public int MaxResponseBytes { get; set; } = 5 * 1024 * 1024;
    }
}

[OptionsValidator]
internal sealed partial class DefinitionOptionsValidator : IValidateOptions<DefinitionOptions>;
