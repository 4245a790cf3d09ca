using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkflowAspire.BullMQ;

/// <summary>Which finished jobs a queue keeps: BullMQ's <c>removeOnComplete</c> and <c>removeOnFail</c> (boolean, number or object).</summary>
[JsonConverter(typeof(KeepJobsConverter))]
public readonly record struct KeepJobs
{
    /// <summary>How many the queue keeps; -1 for all of them.</summary>
    public int MaxCount { get; private init; }

    /// <summary>How long the queue keeps them, to the second; null for ever.</summary>
    public TimeSpan? MaxAge { get; private init; }

    /// <summary>How many old jobs at most are removed when one job finishes; null for BullMQ's default of 1000.</summary>
    public int? RemovalLimit { get; init; }

    /// <summary>Keeps every job: <c>false</c> in BullMQ's options.</summary>
    public static KeepJobs All { get; } = new() { MaxCount = -1 };

    /// <summary>Keeps none: <c>true</c> in BullMQ's options.</summary>
    public static KeepJobs None { get; }

    /// <summary>Keeps the newest <paramref name="count"/> jobs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static KeepJobs Count(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new() { MaxCount = count };
    }

    /// <summary>Keeps jobs that finished within <paramref name="age"/>, and no more than <paramref name="count"/> where it is given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The age or the count is negative.</exception>
    public static KeepJobs Age(TimeSpan age, int? count = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.Zero);
        if (count is { } given) ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(count));
        return new() { MaxCount = count ?? -1, MaxAge = age };
    }

    /// <exception cref="ArgumentOutOfRangeException">The removal limit is less than 1.</exception>
    internal void Validate(string parameterName)
    {
        if (RemovalLimit is < 1) throw new ArgumentOutOfRangeException(parameterName, RemovalLimit, "limit, how many old jobs go at once, is at least 1.");
    }
}

/// <summary>Reads and writes the forms that BullMQ allows: <c>true</c>, <c>false</c>, a count, or <c>{ count, age, limit }</c> with the age in seconds.</summary>
internal sealed class KeepJobsConverter : JsonConverter<KeepJobs>
{
    public override KeepJobs Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return KeepJobs.None;
            case JsonTokenType.False:
            case JsonTokenType.Null:
                return KeepJobs.All;
            case JsonTokenType.Number:
                var number = reader.GetDouble();
                return number < 0 ? KeepJobs.All : KeepJobs.Count((int)number);
            default:
                using (var form = JsonDocument.ParseValue(ref reader))
                    return Read(form.RootElement);
        }
    }

    private static KeepJobs Read(JsonElement form)
    {
        if (form.ValueKind != JsonValueKind.Object)
            throw new JsonException($"removeOnComplete and removeOnFail take true, false, a number or an object; got {form.ValueKind}.");
        int? count = form.TryGetProperty("count", out var c) && c.ValueKind == JsonValueKind.Number && c.GetDouble() >= 0 ? (int)c.GetDouble() : null;
        int? limit = form.TryGetProperty("limit", out var l) && l.ValueKind == JsonValueKind.Number ? (int)l.GetDouble() : null;
        var kept = form.TryGetProperty("age", out var a) && a.ValueKind == JsonValueKind.Number
            ? KeepJobs.Age(TimeSpan.FromSeconds(a.GetDouble()), count)
            : count is { } given ? KeepJobs.Count(given) : KeepJobs.All;
        return kept with { RemovalLimit = limit };
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
