using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid.Values;
using WorkflowAspire.Evaluator.Numbers;

namespace WorkflowAspire.Evaluator.Templates;

/// <summary>What templates see of JSON.</summary>
internal static class LiquidValues
{
    public static object? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Reverse().DistinctBy(property => property.Name).Reverse().ToDictionary(property => property.Name, property => Of(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().Select(Of).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => Number(value),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    // The template language counts in decimals. A number that none of them is can be shown, and not counted with.
    private static object Number(JsonElement value)
    {
        var text = value.GetRawText();
        var exact = DecimalText.Parse(text);
        if (value.TryGetDecimal(out var number) && DecimalText.Parse(number.ToString(CultureInfo.InvariantCulture)) == exact) return number;
        var shown = value.GetDouble();
        var isDouble = double.IsFinite(shown) && DecimalText.Parse(shown.ToString("R", CultureInfo.InvariantCulture)) == exact;
        return new UncountableNumber(isDouble ? Jint.Native.JsNumber.Create(shown).ToString() : text);
    }

    /// <summary>A number outside what a decimal holds, or with more digits.</summary>
    private sealed class UncountableNumber(string text) : FluidValue
    {
        public override FluidValues Type => FluidValues.String;

        public override bool Equals(FluidValue other) => other.ToStringValue() == text;

        public override bool ToBooleanValue() => true;

        public override decimal ToNumberValue() => throw new FaultException($"{text} is no number with which a template can count (28 digits at most); compute it in an expression");

        public override string ToStringValue() => text;

        public override object ToObjectValue() => text;

        public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
        {
            writer.Write(text);
            return ValueTask.CompletedTask;
        }
    }
}
