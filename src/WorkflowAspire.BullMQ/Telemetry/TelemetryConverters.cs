using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowAspire.BullMQ.Telemetry;

/// <summary>Reads text, and anything else as none: a strange trace context must not cost the job its other options.</summary>
internal sealed class MetadataConverter : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>Reads <c>true</c> and <c>false</c>, and anything else as neither.</summary>
internal sealed class FlagConverter : JsonConverter<bool?>
{
    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var type = reader.TokenType;
        reader.Skip();
        return type is JsonTokenType.True or JsonTokenType.False ? type == JsonTokenType.True : null;
    }

    public override void Write(Utf8JsonWriter writer, bool? value, JsonSerializerOptions options)
    {
        if (value is { } flag) writer.WriteBooleanValue(flag);
        else writer.WriteNullValue();
    }
}
