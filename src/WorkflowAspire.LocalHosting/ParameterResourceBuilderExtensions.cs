using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds values that come from configuration.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a value that has to be configured.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name; the configuration key is <c>Parameters:</c> and the name.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(
            name,
            otherwise => builder.Configuration[ParameterResource.Key(name)] ?? otherwise?.GetDefaultValue()
                ?? throw new MissingParameterValueException($"The parameter '{name}' has no value; give it with --Parameters:{name}=… or the environment variable Parameters__{name}."),
            secret));

    /// <summary>Adds a value that may be configured, and is made up where it is not.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name; the configuration key is <c>Parameters:</c> and the name.</param>
    /// <param name="value">Makes it up.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    /// <param name="persist">Whether Aspire keeps it in the user secrets; here a server keeps its password in the data folder.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(ParameterResource.WithDefault(builder.Configuration, name, value, secret));

    /// <summary>Adds a value that may be configured.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name; the configuration key is <c>Parameters:</c> and the name.</param>
    /// <param name="value">What it is when it is not configured.</param>
    /// <param name="publishValueAsDefault">Whether a deployment has the same default.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>Adds a value that may be configured.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Its name; the configuration key is <c>Parameters:</c> and the name.</param>
    /// <param name="valueGetter">Makes the value when it is not configured.</param>
    /// <param name="publishValueAsDefault">Whether a deployment has the same default.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => builder.Configuration[ParameterResource.Key(name)] ?? valueGetter(), secret));
}
