using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that comes from configuration.</summary>
public class ParameterResource : Resource, IExpressionValue
{
    private readonly Func<ParameterDefault?, string> _callback;
    private string? _generated;

    /// <summary>A value that is read when it is needed.</summary>
    /// <param name="name">Its name; the configuration key is <c>Parameters:</c> and the name.</param>
    /// <param name="callback">Reads it.</param>
    /// <param name="secret">Whether it must not be shown.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
    {
        _callback = callback;
        Secret = secret;
    }

    /// <summary>Whether it must not be shown.</summary>
    public bool Secret { get; }

    /// <summary>What stands in for a value that is not configured.</summary>
    public ParameterDefault? Default { get; set; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_generated ?? _callback(Default));

    internal static ParameterResource WithDefault(IConfiguration configuration, string name, ParameterDefault value, bool secret)
    {
        var made = new Lazy<string>(value.GetDefaultValue);
        return new ParameterResource(name, _ => configuration[Key(name)] is { Length: > 0 } given ? given : made.Value, secret) { Default = value };
    }

    internal static string Key(string name) => $"Parameters:{name}";

    /// <summary>Whether nobody has said the value, so that whoever needs it first may make it up.</summary>
    internal bool IsMadeUp(IConfiguration configuration) => Default is GenerateParameterDefault && string.IsNullOrEmpty(configuration[Key(Name)]);

    internal void KeepGenerated(string value) => _generated = value;
}
