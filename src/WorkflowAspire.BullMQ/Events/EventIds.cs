using System.Globalization;

namespace WorkflowAspire.BullMQ;

/// <summary>The order of event ids, <c>milliseconds-counter</c>.</summary>
internal static class EventIds
{
    public static int Compare(string left, string right) => Parse(left).CompareTo(Parse(right));

    private static (ulong Milliseconds, ulong Counter) Parse(ReadOnlySpan<char> id)
    {
        var dash = id.IndexOf('-');
        return dash < 0 ? (Number(id), 0) : (Number(id[..dash]), Number(id[(dash + 1)..]));
    }

    private static ulong Number(ReadOnlySpan<char> digits) => ulong.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
