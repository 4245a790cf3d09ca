namespace WorkflowAspire.Interop.Tests.Properties;

/// <summary>Makes a failing sequence short: drops what it fails without, first in halves and at last one by one.</summary>
internal static class Shortest
{
    public static async Task<IReadOnlyList<T>> FindAsync<T>(IReadOnlyList<T> failing, Func<IReadOnlyList<T>, Task<bool>> fails)
    {
        for (var size = Math.Max(1, failing.Count / 2); ; size /= 2)
        {
            for (var at = 0; at < failing.Count;)
            {
                T[] without = [.. failing.Take(at), .. failing.Skip(at + size)];
                if (without.Length > 0 && await fails(without)) failing = without;
                else at += size;
            }

            if (size == 1) return failing;
        }
    }
}
