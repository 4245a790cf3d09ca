using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace WorkflowAspire.Samples.HttpExtract;

/// <summary>What <c>http-extract</c> may reach; configuration section <c>HttpExtract</c>.</summary>
public sealed class HttpExtractOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "HttpExtract";

    /// <summary>Whether addresses that the internet doesn't route may be called: loopback, private and link-local ones and so on.</summary>
    /// <value>Default false: a tenant's URL must not reach the services around the worker.</value>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>The hosts that may be called, redirects included; empty for any.</summary>
    /// <value>Default empty. A host that begins with <c>.</c> stands for all below it.</value>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>How many bytes an answer may have, after decompression.</summary>
    /// <value>Default 5 MB.</value>
    [Range(1, 100 * 1024 * 1024)]
    public int MaxResponseBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>How long one try may take, from the name's resolution to the answer's last byte.</summary>
    /// <value>Default 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class HttpExtractOptionsValidator : IValidateOptions<HttpExtractOptions>;
