using System.Reflection;

namespace WorkflowAspire.LocalHosting.Tests;

/// <summary>A type's name as C# writes it, with what may be null.</summary>
internal static class TypeName
{
    private static readonly Dictionary<Type, string> Words = new()
    {
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(void)] = "void",
    };

    public static string Full(Type type) => Of(type, nullability: null);

    public static string Of(Type type, NullabilityInfo? nullability)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return $"{Of(value, null)}?";
        var mayBeNull = nullability?.ReadState == NullabilityState.Nullable && !type.IsValueType && !type.IsGenericParameter ? "?" : "";
        if (type.IsGenericParameter) return type.Name;
        if (Words.TryGetValue(type, out var word)) return word + mayBeNull;
        if (type.IsArray) return $"{Of(type.GetElementType()!, nullability?.ElementType)}[]{mayBeNull}";

        var name = type.IsNested ? $"{Full(type.DeclaringType!)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        if (!type.IsGenericType) return name + mayBeNull;
        var arguments = type.GetGenericArguments().Select((argument, index) =>
            Of(argument, nullability is not null && index < nullability.GenericTypeArguments.Length ? nullability.GenericTypeArguments[index] : null));
        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", arguments)}>{mayBeNull}";
    }
}
