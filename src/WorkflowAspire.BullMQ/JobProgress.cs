using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkflowAspire.BullMQ;

/// <summary>How far a job is: a number (often a percentage), a text, a truth value or any other JSON.</summary>
public readonly struct JobProgress : IEquatable<JobProgress>
{
    private static readonly byte[] None = "0"u8.ToArray();

    private readonly byte[]? _json;

    private JobProgress(byte[] json) => _json = json;

    /// <summary>The progress as it is stored: UTF-8 JSON.</summary>
    /// <value>Default the number 0.</value>
    public ReadOnlyMemory<byte> Json => _json ?? None;

    /// <summary>A number, often a percentage.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is infinite or none, which JSON can't say.</exception>
    public static JobProgress FromDouble(double number) => double.IsFinite(number)
        ? new(Encoding.UTF8.GetBytes(number.ToString("R", CultureInfo.InvariantCulture)))
        : throw new ArgumentOutOfRangeException(nameof(number), number, "Progress is a finite number.");

    /// <summary>A text.</summary>
    public static JobProgress FromString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Letters beyond ASCII as themselves, as Node writes them.
        return new(Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""));
    }

    /// <summary>A truth value.</summary>
    public static JobProgress FromBoolean(bool value) => new(value ? "true"u8.ToArray() : "false"u8.ToArray());

    /// <summary>Any other JSON, stored byte for byte.</summary>
    public static JobProgress FromJson(ReadOnlyMemory<byte> json) => FromJson(json.ToArray());

    /// <summary>A value of the program's own.</summary>
    public static JobProgress From<T>(T value, JsonTypeInfo<T> typeInfo) => new(JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));

    /// <inheritdoc cref="FromDouble"/>
    public static implicit operator JobProgress(double number) => FromDouble(number);

    /// <inheritdoc cref="FromString"/>
    public static implicit operator JobProgress(string text) => FromString(text);

    /// <inheritdoc cref="FromBoolean"/>
    public static implicit operator JobProgress(bool value) => FromBoolean(value);

    /// <summary>Whether both are the same JSON, byte for byte.</summary>
    public static bool operator ==(JobProgress left, JobProgress right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(JobProgress left, JobProgress right) => !left.Equals(right);

    /// <summary>The progress as <typeparamref name="T"/>.</summary>
    /// <exception cref="JsonException">The progress is not JSON of that form.</exception>
    public T? As<T>(JsonTypeInfo<T> typeInfo) => JsonSerializer.Deserialize(Json.Span, typeInfo);

    /// <inheritdoc/>
    public bool Equals(JobProgress other) => Json.Span.SequenceEqual(other.Json.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JobProgress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Json.Span);
        return hash.ToHashCode();
    }

    /// <summary>The JSON as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Json.Span);

    // Takes the array as its own.
    internal static JobProgress FromJson(byte[] json) => new(json);
}
