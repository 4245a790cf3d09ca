using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowAspire.BullMQ.Protocol;

// Each reads an option in any form (see AnyForm) and writes it in BullMQ's: one strange option must not cost a job the others.

/// <summary>BullMQ writes 0 where no number of attempts was chosen.</summary>
internal sealed class AttemptsConverter : JsonConverter<int?>
{
    public override bool HandleNull => true;

    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AnyForm.Number(ref reader) is > 0 and var attempts ? AnyForm.Count(attempts) : null;

    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options) => writer.WriteNumberValue(value ?? 0);
}

/// <summary>A whole number from 0.</summary>
internal sealed class CountConverter : JsonConverter<int?>
{
    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AnyForm.Number(ref reader) is >= 0 and var count ? AnyForm.Count(count) : null;

    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options) => writer.WriteNumberValue(value!.Value);
}

internal sealed class PriorityConverter : JsonConverter<int?>
{
    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AnyForm.Number(ref reader) is >= 0 and var priority ? Math.Min(AnyForm.Count(priority), JobOptions.LowestPriority) : null;

    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options) => writer.WriteNumberValue(value!.Value);
}

internal sealed class MillisecondsConverter : JsonConverter<TimeSpan?>
{
    public override TimeSpan? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AnyForm.Number(ref reader) is { } milliseconds ? AnyForm.Milliseconds(milliseconds) : null;

    public override void Write(Utf8JsonWriter writer, TimeSpan? value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((long)value!.Value.TotalMilliseconds);
}

internal sealed class EpochMillisecondsConverter : JsonConverter<DateTimeOffset?>
{
    private static readonly double Latest = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        AnyForm.Number(ref reader) is > 0 and var time && time <= Latest ? DateTimeOffset.FromUnixTimeMilliseconds((long)time) : null;

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value!.Value.ToUnixTimeMilliseconds());
}

internal sealed class FlagConverter : JsonConverter<bool>
{
    public override bool HandleNull => true;

    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => AnyForm.IsTrue(ref reader);

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
}

/// <summary>A flag that may be left open.</summary>
internal sealed class OpenFlagConverter : JsonConverter<bool?>
{
    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => AnyForm.IsTrue(ref reader);

    public override void Write(Utf8JsonWriter writer, bool? value, JsonSerializerOptions options) => writer.WriteBooleanValue(value!.Value);
}

internal sealed class TextConverter : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => AnyForm.Text(ref reader);

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

/// <summary>An option that is an object; anything else is none.</summary>
internal abstract class FormConverter<T> : JsonConverter<T>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var form = JsonDocument.ParseValue(ref reader);
        return form.RootElement.ValueKind == JsonValueKind.Object ? Read(form.RootElement) : null;
    }

    protected abstract T? Read(JsonElement form);
}

internal sealed class ParentConverter : FormConverter<ParentOptions>
{
    protected override ParentOptions? Read(JsonElement form) =>
        AnyForm.Text(form, "id") is { } id && AnyForm.Text(form, "queue") is { } queue ? new ParentOptions(id, queue) : null;

    public override void Write(Utf8JsonWriter writer, ParentOptions value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("id", value.Id);
        writer.WriteString("queue", value.Queue);
        writer.WriteEndObject();
    }
}

internal sealed class DeduplicationConverter : FormConverter<DeduplicationOptions>
{
    protected override DeduplicationOptions? Read(JsonElement form) => AnyForm.Text(form, "id") is not { Length: > 0 } id ? null : new DeduplicationOptions(id)
    {
        // BullMQ holds a time of 0 for none.
        Ttl = AnyForm.Number(form, "ttl") is >= 1 and var ttl ? AnyForm.Milliseconds(ttl) : null,
        Extend = AnyForm.IsTrue(form, "extend"),
        Replace = AnyForm.IsTrue(form, "replace"),
        Reschedule = AnyForm.IsTrue(form, "reschedule"),
        KeepLastIfActive = AnyForm.IsTrue(form, "keepLastIfActive"),
    };

    public override void Write(Utf8JsonWriter writer, DeduplicationOptions value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("id", value.Id);
        if (value.Ttl is { } ttl) writer.WriteNumber("ttl", (long)ttl.TotalMilliseconds);
        if (value.Extend) writer.WriteBoolean("extend", true);
        if (value.Replace) writer.WriteBoolean("replace", true);
        if (value.Reschedule) writer.WriteBoolean("reschedule", true);
        if (value.KeepLastIfActive) writer.WriteBoolean("keepLastIfActive", true);
        writer.WriteEndObject();
    }
}

/// <summary>Reads BullMQ's two forms, a number of milliseconds (fixed) or <c>{ type, delay, jitter }</c>; writes the second.</summary>
internal sealed class BackoffConverter : JsonConverter<BackoffOptions>
{
    public override BackoffOptions? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return AnyForm.Number(ref reader) is { } delay ? BackoffOptions.Fixed(AnyForm.Milliseconds(delay)) : null;
        using var form = JsonDocument.ParseValue(ref reader);
        return Read(form.RootElement);
    }

    private static BackoffOptions Read(JsonElement form)
    {
        // Without a type it is the wait that was meant; a type that is no text is one that nobody knows.
        var type = form.TryGetProperty("type", out var given) && given.ValueKind != JsonValueKind.Null ? AnyForm.Text(given) ?? given.GetRawText() : "fixed";
        return new BackoffOptions(type, AnyForm.Milliseconds(AnyForm.Number(form, "delay") ?? 0)) { Jitter = Math.Clamp(AnyForm.Number(form, "jitter") ?? 0, 0, 1) };
    }

    public override void Write(Utf8JsonWriter writer, BackoffOptions value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("type", value.Type);
        writer.WriteNumber("delay", (long)value.Delay.TotalMilliseconds);
        if (value.Jitter > 0) writer.WriteNumber("jitter", value.Jitter);
        writer.WriteEndObject();
    }
}

/// <summary>
/// Reads and writes the forms that BullMQ allows: <c>true</c>, <c>false</c>, a count, or <c>{ count, age, limit }</c> with the age in
/// seconds. Text counts for true unless it is empty, also where it is a number in quotes: Node's worker has it so.
/// </summary>
internal sealed class KeepJobsConverter : JsonConverter<KeepJobs>
{
    public override KeepJobs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return AnyForm.Number(ref reader) is >= 0 and var count ? KeepJobs.Count(AnyForm.Count(count)) : KeepJobs.All;
            case JsonTokenType.StartObject:
                using (var form = JsonDocument.ParseValue(ref reader))
                    return Read(form.RootElement);
            case JsonTokenType.StartArray:
                reader.Skip();
                return KeepJobs.All;
            default:
                return AnyForm.IsTrue(ref reader) ? KeepJobs.None : KeepJobs.All;
        }
    }

    private static KeepJobs Read(JsonElement form)
    {
        int? count = AnyForm.Number(form, "count") is >= 0 and var most ? AnyForm.Count(most) : null;
        var kept = AnyForm.Number(form, "age") is >= 0 and var age
            ? KeepJobs.Age(AnyForm.Milliseconds(age * 1000), count)
            : count is { } given ? KeepJobs.Count(given) : KeepJobs.All;
        return kept with { RemovalLimit = AnyForm.Number(form, "limit") is >= 1 and var limit ? AnyForm.Count(limit) : null };
    }

    public override void Write(Utf8JsonWriter writer, KeepJobs value, JsonSerializerOptions options)
    {
        if (value.MaxAge is null && value.RemovalLimit is null)
        {
            if (value.MaxCount <= 0) writer.WriteBooleanValue(value.MaxCount == 0);
            else writer.WriteNumberValue(value.MaxCount);
            return;
        }

        writer.WriteStartObject();
        if (value.MaxAge is { } age) writer.WriteNumber("age", (long)age.TotalSeconds);
        if (value.MaxCount >= 0) writer.WriteNumber("count", value.MaxCount);
        if (value.RemovalLimit is { } limit) writer.WriteNumber("limit", limit);
        writer.WriteEndObject();
    }
}
