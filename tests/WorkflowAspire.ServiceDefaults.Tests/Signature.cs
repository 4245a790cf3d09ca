using System.Reflection;
using System.Runtime.CompilerServices;

namespace WorkflowAspire.ServiceDefaults.Tests;

/// <summary>Writes a member as C# declares it, with the full names of types.</summary>
internal static class Signature
{
    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(PropertyInfo property) =>
        $"{TypeName(property.PropertyType, Nullability.Create(property))} {property.DeclaringType!.FullName}.{property.Name} {{ get; {(property.CanWrite ? "set; " : "")}}}";

    public static string Of(MethodInfo method)
    {
        var parameters = method.GetParameters().Select((parameter, at) => at == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? $"this {Of(parameter)}" : Of(parameter));
        return $"{TypeName(method.ReturnType, Nullability.Create(method.ReturnParameter))} {method.DeclaringType!.FullName}.{method.Name}({string.Join(", ", parameters)})";
    }

    private static string Of(ParameterInfo parameter) =>
        $"{TypeName(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")}";

    private static string TypeName(Type type, NullabilityInfo nullability)
    {
        var name = type switch
        {
            _ when type == typeof(void) => "void",
            _ when type == typeof(string) => "string",
            _ when type == typeof(bool) => "bool",
            { IsGenericType: true } => $"{type.FullName![..type.FullName!.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Zip(nullability.GenericTypeArguments, TypeName))}>",
            _ => type.FullName!,
        };
        return !type.IsValueType && nullability.ReadState == NullabilityState.Nullable ? $"{name}?" : name;
    }
}
