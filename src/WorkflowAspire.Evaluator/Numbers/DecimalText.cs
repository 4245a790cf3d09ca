namespace WorkflowAspire.Evaluator.Numbers;

/// <summary>A number of JSON as it is written: its digits and the power of ten by which they count; equal by value.</summary>
internal readonly record struct DecimalText(bool IsNegative, string Digits, long Exponent)
{
    // A number with a longer exponent is out of every range; to count with it would overflow.
    private const int LongestExponent = 9;

    /// <summary>Reads what JSON, .NET and JavaScript write.</summary>
    public static DecimalText Parse(ReadOnlySpan<char> text)
    {
        var negative = text[0] == '-';
        if (negative) text = text[1..];
        var power = text.IndexOfAny('e', 'E');
        long exponent = 0;
        if (power >= 0)
        {
            var digitsOfPower = text[(power + 1)..].TrimStart('+');
            var magnitude = digitsOfPower.TrimStart('-').TrimStart('0');
            exponent = magnitude.Length > LongestExponent ? int.MaxValue : magnitude.Length == 0 ? 0 : long.Parse(magnitude, System.Globalization.CultureInfo.InvariantCulture);
            if (digitsOfPower[0] == '-') exponent = -exponent;
            text = text[..power];
        }

        var point = text.IndexOf('.');
        var digits = point < 0 ? text.ToString() : string.Concat(text[..point], text[(point + 1)..]);
        if (point >= 0) exponent -= text.Length - point - 1;
        var significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        significant = significant.TrimStart('0');
        return significant.Length == 0 ? new DecimalText(false, "", 0) : new DecimalText(negative, significant, exponent);
    }
}
