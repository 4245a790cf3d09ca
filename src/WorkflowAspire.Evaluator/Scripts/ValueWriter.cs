using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace WorkflowAspire.Evaluator.Scripts;

/// <summary>Writes what a script gives as JSON, as <c>JSON.stringify</c> does; what JSON can't hold is refused where that would change it.</summary>
internal sealed class ValueWriter(ArrayBufferWriter<byte> output, int most) : IDisposable
{
    /// <summary>How deep a value may nest, so that what is made of it, around it, can be read everywhere.</summary>
    public const int MaxDepth = 48;

    private readonly Utf8JsonWriter _json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 1000 });
    private readonly List<string> _path = [];

    public void Write(JsValue value)
    {
        if (Prepare(value, "") is { } prepared) WriteValue(prepared);
        else if (value.IsUndefined()) _json.WriteNullValue();
        else throw new FaultException("it gives nothing that JSON can hold (a function or a symbol)");
        _json.Flush();
        if (output.WrittenCount > most) throw new OutputException();
    }

    public void Dispose() => _json.Dispose();

    // Null for what an object leaves out: undefined, functions, symbols.
    private static JsValue? Prepare(JsValue value, string key)
    {
        if (value is ObjectInstance instance && instance.Get("toJSON") is var own && own.IsCallable()) value = own.Call(instance, [key]);
        else if (value.IsBigInt()) return value;
        if (value is ObjectInstance boxed)
        {
            if (boxed.IsCallable()) return null;
            return boxed is IJsPrimitive { PrimitiveValue: var primitive } ? primitive : boxed;
        }

        return value.IsUndefined() || value.IsSymbol() ? null : value;
    }

    private void WriteValue(JsValue value)
    {
        if (_json.BytesCommitted + _json.BytesPending > most) throw new OutputException();
        switch (value)
        {
            case ObjectInstance instance:
                if (_path.Count >= MaxDepth) throw new FaultException($"its value nests deeper than {MaxDepth} levels, or in a circle");
                if (instance.IsArray()) WriteArray(instance);
                else WriteObject(instance);
                break;
            case var text when text.IsString():
                _json.WriteStringValue(Whole(text.AsString(), "text"));
                break;
            case var number when number.IsNumber():
                if (!double.IsFinite(number.AsNumber())) throw new FaultException($"it gives {number}{At}, and JSON has no such number");
                _json.WriteRawValue(number.ToString(), skipInputValidation: true);
                break;
            case var integer when integer.IsBigInt():
                _json.WriteRawValue(integer.ToString(), skipInputValidation: true);
                break;
            case var truth when truth.IsBoolean():
                _json.WriteBooleanValue(truth.AsBoolean());
                break;
            default:
                _json.WriteNullValue();
                break;
        }
    }

    private void WriteArray(ObjectInstance array)
    {
        _json.WriteStartArray();
        var length = TypeConverter.ToLength(array.Get("length"));
        for (ulong index = 0; index < length; index++)
        {
            var key = index.ToString(System.Globalization.CultureInfo.InvariantCulture);
            _path.Add(key);
            if (Prepare(array.Get(key), key) is { } item) WriteValue(item);
            else WriteNull();
            _path.RemoveAt(_path.Count - 1);
        }

        _json.WriteEndArray();
    }

    private void WriteObject(ObjectInstance map)
    {
        _json.WriteStartObject();
        foreach (var key in map.GetOwnPropertyKeys(Types.String))
        {
            if (!map.GetOwnProperty(key).Enumerable) continue;
            var name = key.ToString();
            _path.Add(name);
            if (Prepare(map.Get(key), name) is { } value)
            {
                _json.WritePropertyName(Whole(name, "a name"));
                WriteValue(value);
            }

            _path.RemoveAt(_path.Count - 1);
        }

        _json.WriteEndObject();
    }

    private void WriteNull()
    {
        if (_json.BytesCommitted + _json.BytesPending > most) throw new OutputException();
        _json.WriteNullValue();
    }

    private string Whole(string text, string what) =>
        WholeText.Check(text, what + At, "cut text by characters, like Array.from(text).slice(0, 1).join(''), or use text.toWellFormed()");

    private string At => _path.Count == 0 ? "" : $" at /{string.Join('/', _path.Select(name => name.Length <= 60 ? name : name[..60] + "…"))}";
}
