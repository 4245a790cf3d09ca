using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;
using WorkflowAspire.Evaluator.Numbers;

namespace WorkflowAspire.Evaluator.Scripts;

/// <summary>Makes JavaScript's values of JSON, none of them another than the JSON says.</summary>
/// <remarks>An integer that a double doesn't hold becomes a BigInt; any other such number can't be read by the script, and says so.</remarks>
internal sealed class JsonValues(Engine engine)
{
    /// <summary>Reads an object; gives its values by name, undefined for what it hasn't.</summary>
    public Func<string, JsValue> ReadRoots(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = TaskData.Deep.MaxDepth });
        reader.Read();
        var roots = new Dictionary<string, JsValue>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            roots[name] = Read(ref reader, name).Value ?? JsValue.Undefined;
        }

        return name => roots.GetValueOrDefault(name, JsValue.Undefined);
    }

    private (JsValue? Value, PropertyDescriptor? Refusal) Read(ref Utf8JsonReader reader, string place)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return (ReadObject(ref reader), null);
            case JsonTokenType.StartArray:
                return (ReadArray(ref reader), null);
            case JsonTokenType.String:
                return (JsString.Create(reader.GetString()!), null);
            case JsonTokenType.Number:
                return ReadNumber(ref reader, place);
            case JsonTokenType.True:
                return (JsBoolean.True, null);
            case JsonTokenType.False:
                return (JsBoolean.False, null);
            default:
                return (JsValue.Null, null);
        }
    }

    private JsObject ReadObject(ref Utf8JsonReader reader)
    {
        var made = new JsObject(engine);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            var (value, refusal) = Read(ref reader, name);
            if (refusal is not null) made.DefineOwnProperty(name, refusal);
            else if (IsIndex(name)) made.CreateDataProperty(name, value!);
            else made.FastSetDataProperty(name, value!);
        }

        return made;
    }

    private JsArray ReadArray(ref Utf8JsonReader reader)
    {
        var items = new List<JsValue>();
        List<(int Index, PropertyDescriptor Refusal)>? refused = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var (value, refusal) = Read(ref reader, "an item");
            if (refusal is not null) (refused ??= []).Add((items.Count, refusal));
            items.Add(value ?? JsValue.Undefined);
        }

        var made = new JsArray(engine, [.. items]);
        foreach (var (index, refusal) in refused ?? []) made.DefineOwnProperty(JsNumber.Create(index), refusal);
        return made;
    }

    private (JsValue?, PropertyDescriptor?) ReadNumber(ref Utf8JsonReader reader, string place)
    {
        if (reader.TryGetInt32(out var small)) return (JsNumber.Create(small), null);
        var text = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        var exact = DecimalText.Parse(text);
        var number = double.Parse(text, CultureInfo.InvariantCulture);
        if (double.IsFinite(number) && DecimalText.Parse(number.ToString("R", CultureInfo.InvariantCulture)) == exact)
            return (JsNumber.Create(number), null);
        if (!text.AsSpan().ContainsAny('.', 'e', 'E')) return (new JsBigInt(BigInteger.Parse(text, CultureInfo.InvariantCulture)), null);
        var message = $"{place} is {(text.Length <= 60 ? text : text[..60] + "…")}, which is no JavaScript number; hand it over as text";
        var refuse = new ClrFunction(engine, "get", (_, _) => throw new JavaScriptException(engine.Intrinsics.Error, message));
        return (null, new GetSetPropertyDescriptor(refuse, JsValue.Undefined, enumerable: true, configurable: true));
    }

    // Keys that are numbers stand before all others, in their order.
    private static bool IsIndex(string name) => name.Length > 0 && char.IsAsciiDigit(name[0]);
}
