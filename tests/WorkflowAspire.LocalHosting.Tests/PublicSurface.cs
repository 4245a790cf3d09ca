using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace WorkflowAspire.LocalHosting.Tests;

/// <summary>What code outside of an assembly can say of it in Aspire's namespaces: one line for each type, base, interface and member.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static IEnumerable<Type> Types(Assembly assembly) => assembly.GetExportedTypes().Where(type => type.Namespace?.StartsWith("Aspire.", StringComparison.Ordinal) == true);

    public static IReadOnlyList<string> Of(IEnumerable<Type> types) => [.. types.SelectMany(Of).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Of(Type type)
    {
        var name = TypeName.Full(type);
        yield return $"{name} is {Kind(type)}{Constraints(type)}{Marks(type)}";
        if (type.IsEnum)
        {
            foreach (var value in type.GetFields(BindingFlags.Public | BindingFlags.Static))
                yield return string.Create(CultureInfo.InvariantCulture, $"{name}.{value.Name} = {value.GetRawConstantValue()}");
            yield break;
        }

        for (var parent = type.BaseType; parent is not null && IsAspires(parent); parent = parent.BaseType) yield return $"{name} : {TypeName.Full(parent)}";
        foreach (var parent in type.GetInterfaces().Where(IsSaid)) yield return $"{name} : {TypeName.Full(parent)}";
        foreach (var member in type.GetMembers(Declared).Where(IsWritten))
        {
            if (Line(member) is { } line) yield return $"{name}.{line}{Marks(member)}";
        }
    }

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when IsVisible(constructor) => $"{(constructor.IsFamily ? "protected " : "")}ctor({Parameters(constructor)})",
        MethodInfo method when IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
            $"{Modifier(method)}{method.Name}{GenericParameters(method)}({Parameters(method)}) -> {Return(method)}{Constraints(method)}",
        PropertyInfo property when property.GetMethod is { } get && IsVisible(get) =>
            $"{Modifier(get)}{property.Name} {{ get;{Setter(property)} }} -> {TypeName.Of(property.PropertyType, Nullability.Create(property))}",
        FieldInfo { IsPublic: true } field => $"{(field.IsStatic ? "static " : "")}{field.Name} -> {TypeName.Of(field.FieldType, Nullability.Create(field))}",
        _ => null,
    };

    private static string Setter(PropertyInfo property)
    {
        if (property.SetMethod is not { } set || !IsVisible(set)) return "";
        var isRequired = property.IsDefined(typeof(RequiredMemberAttribute));
        return $"{(isRequired ? " required" : "")}{(set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;")}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        var how = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        var isExtended = parameter.Position == 0 && method.IsDefined(typeof(ExtensionAttribute));
        return $"{(isExtended ? "this " : "")}{how}{TypeName.Of(type, Nullability.Create(parameter))} {parameter.Name}{Default(parameter)}";
    }));

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.RawDefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? " = default" : " = null",
        bool value => value ? " = true" : " = false",
        var value => string.Create(CultureInfo.InvariantCulture, $" = {value}"),
    };

    private static string Return(MethodInfo method) => TypeName.Of(method.ReturnType, Nullability.Create(method.ReturnParameter));

    private static string GenericParameters(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Constraints(MethodInfo method) => method.IsGenericMethod ? Constraints(method.GetGenericArguments()) : "";

    private static string Constraints(Type type) => type.IsGenericType ? Constraints(type.GetGenericArguments()) : "";

    private static string Constraints(Type[] arguments) => string.Concat(arguments.Select(argument =>
    {
        var attributes = argument.GenericParameterAttributes;
        IEnumerable<string> constraints =
        [
            .. attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : Array.Empty<string>(),
            .. argument.GetGenericParameterConstraints().Select(constraint => TypeName.Full(constraint)).Order(StringComparer.Ordinal),
            .. attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) ? ["new()"] : Array.Empty<string>(),
        ];
        var text = string.Join(", ", constraints);
        return text.Length == 0 ? "" : $" where {argument.Name} : {text}";
    }));

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsValueType ? type.IsByRefLike ? "ref struct" : "struct"
        : type.IsAbstract && type.IsSealed ? "static class"
        : $"{(type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{(type.GetMethod("<Clone>$", Declared) is null ? "class" : "record")}";

    // In an interface everything is abstract, and which of it has a body is the interface's own affair.
    private static string Modifier(MethodInfo method) =>
        method.IsStatic ? "static "
        : method.DeclaringType!.IsInterface ? ""
        : method.GetBaseDefinition().DeclaringType != method.DeclaringType ? "override "
        : method.IsAbstract ? "abstract "
        : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "";

    // What the compiler itself marks as obsolete is obsolete for older compilers only.
    private static string Marks(MemberInfo member)
    {
        var attributes = member.GetCustomAttributesData();
        var experimental = attributes.FirstOrDefault(a => a.AttributeType.FullName == typeof(ExperimentalAttribute).FullName);
        var isObsolete = attributes.Any(a => a.AttributeType == typeof(ObsoleteAttribute)) && attributes.All(a => a.AttributeType != typeof(CompilerFeatureRequiredAttribute));
        return $"{(experimental is null ? "" : $" [{experimental.ConstructorArguments[0].Value}]")}{(isObsolete ? " [obsolete]" : "")}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAspires(Type type) => type.Namespace?.StartsWith("Aspire.", StringComparison.Ordinal) == true;

    // What a record or a collection has besides is the compiler's and the runtime's.
    private static bool IsSaid(Type parent) => parent.IsVisible && (IsAspires(parent) || parent == typeof(IDisposable) || parent == typeof(IAsyncDisposable));

    private static bool IsWritten(MemberInfo member) =>
        !member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not Type
        && !(member.DeclaringType!.GetMethod("<Clone>$", Declared) is not null && member.Name is "EqualityContract" or "PrintMembers" or "Deconstruct" or "<Clone>$" or "Equals" or "GetHashCode" or "ToString" or "op_Equality" or "op_Inequality");
}
