using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace WorkflowAspire.BullMQ;

/// <summary>The fields of one entry of the event stream. A field that comes twice counts with its last value, as in Node's package.</summary>
internal sealed class EventFields : IReadOnlyDictionary<string, ReadOnlyMemory<byte>>
{
    private const string NameField = "event";
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _fields;

    /// <param name="id">The entry's id.</param>
    /// <param name="fields">Field, value, field, value … as XREAD returns them.</param>
    public EventFields(string id, ReadOnlySpan<RedisValue> fields)
    {
        (Id, Name) = (id, "");
        _fields = new Dictionary<string, ReadOnlyMemory<byte>>(fields.Length / 2);
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            var (field, value) = (fields[i].ToString(), (ReadOnlyMemory<byte>)fields[i + 1]);
            Size += value.Length;
            if (field == NameField) (Name, HasName) = (TextOf(value), true);
            else _fields[field] = value;
        }
    }

    public string Id { get; }

    public string Name { get; }

    public bool HasName { get; }

    /// <summary>The bytes of all values.</summary>
    public long Size { get; }

    public int Count => _fields.Count;

    public IEnumerable<string> Keys => _fields.Keys;

    public IEnumerable<ReadOnlyMemory<byte>> Values => _fields.Values;

    public ReadOnlyMemory<byte> this[string key] => _fields[key];

    public bool ContainsKey(string key) => _fields.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out ReadOnlyMemory<byte> value) => _fields.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, ReadOnlyMemory<byte>>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public string Text(string field) => TextOrNull(field) ?? "";

    public string? TextOrNull(string field) => _fields.TryGetValue(field, out var value) ? TextOf(value) : null;

    // Lua may have written it with a fraction or an exponent.
    public long? Number(string field) =>
        double.TryParse(TextOrNull(field), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? (long)number : null;

    private static string TextOf(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);
}
