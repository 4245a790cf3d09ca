using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes the value of a parameter that is not configured.</summary>
public abstract class ParameterDefault
{
    private protected ParameterDefault()
    {
    }

    /// <summary>Makes the value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>Makes up a value that nobody can guess; each time another, unless it is kept.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerCase = "abcdefghijkmnpqrstuvwxyz";
    private const string UpperCase = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>Characters at least.</summary>
    /// <value>Default 22, which is 128 bits where all kinds of characters are allowed.</value>
    public int MinLength { get; set; } = 22;

    /// <summary>Whether lower case letters may be in it.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper case letters may be in it.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits may be in it.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether other characters may be in it.</summary>
    public bool Special { get; set; } = true;

    /// <inheritdoc/>
    public override string GetDefaultValue() => RandomNumberGenerator.GetString(
        $"{(Lower ? LowerCase : "")}{(Upper ? UpperCase : "")}{(Numeric ? Digits : "")}{(Special ? SpecialCharacters : "")}", MinLength);
}
