using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace WorkflowAspire.Hosting.Choices;

/// <summary>Reads an option that has a few valid values.</summary>
internal static class LocalOption
{
    /// <summary>The value in lower case, the first of the valid ones if none is given.</summary>
    public static string Read(IConfiguration configuration, string name, params string[] valid)
    {
        var value = configuration[name];
        if (string.IsNullOrEmpty(value)) return valid[0];
        return valid.FirstOrDefault(v => string.Equals(v, value, StringComparison.OrdinalIgnoreCase))
            ?? throw new DistributedApplicationException($"--{name}={value} is not possible; valid values are {string.Join(", ", valid)}.");
    }
}
