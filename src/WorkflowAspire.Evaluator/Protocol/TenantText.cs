namespace WorkflowAspire.Evaluator.Protocol;

/// <summary>What a tenant's text is.</summary>
internal enum TextKind : byte
{
    /// <summary>A text with <c>${ … }</c> in it.</summary>
    Text,

    /// <summary>A JavaScript expression.</summary>
    Expression,

    /// <summary>A JavaScript function body.</summary>
    Function,

    /// <summary>A Liquid template.</summary>
    Template,

    /// <summary>A JSON Schema.</summary>
    Schema,
}

/// <summary>A text that a tenant wrote and that is a program; equal by what it says.</summary>
internal sealed class TenantText(TextKind kind, string source) : IEquatable<TenantText>
{
    private readonly int _hash = HashCode.Combine(kind, source);

    public TextKind Kind => kind;

    public string Source => source;

    /// <summary>What an evaluator has made of it: kept as long as it knows the text.</summary>
    public object? Prepared { get; set; }

    public bool Equals(TenantText? other) =>
        ReferenceEquals(this, other) || (other is not null && other._hash == _hash && other.Kind == kind && other.Source == source);

    public override bool Equals(object? obj) => Equals(obj as TenantText);

    public override int GetHashCode() => _hash;
}
