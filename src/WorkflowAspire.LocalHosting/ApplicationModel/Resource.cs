namespace Aspire.Hosting.ApplicationModel;

/// <summary>What all resources have in common.</summary>
public abstract class Resource : IResource
{
    /// <summary>Names the resource.</summary>
    /// <param name="name">Letters, digits and single hyphens; the first a letter, 64 characters at most.</param>
    protected Resource(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!IsValid(name))
            throw new ArgumentException($"'{name}' can't be the name of a resource: use letters, digits and single hyphens, a letter first, 64 characters at most.", nameof(name));
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];

    private static bool IsValid(string name) =>
        name.Length <= 64 && char.IsAsciiLetter(name[0]) && name[^1] != '-' && !name.Contains("--", StringComparison.Ordinal)
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
