using System.Globalization;

namespace WorkflowAspire.Runs.Bench;

/// <summary>The processor time of a server that is many processes.</summary>
internal static class ProcessTreeCpu
{
    // USER_HZ, which the kernel gives to all programs alike.
    private const double TicksASecond = 100;

    /// <summary>What a process, its children and those of them that have ended took so far.</summary>
    public static TimeSpan Of(int process)
    {
        double ticks = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || StatOf(folder) is not { } stat) continue;
            // Behind the name: state, parent, … utime, stime, and those of the children that have ended.
            if (id == process) ticks += Ticks(stat, 11) + Ticks(stat, 12) + Ticks(stat, 13) + Ticks(stat, 14);
            else if (stat[1] == process.ToString(CultureInfo.InvariantCulture)) ticks += Ticks(stat, 11) + Ticks(stat, 12);
        }

        return TimeSpan.FromSeconds(ticks / TicksASecond);
    }

    private static double Ticks(string[] stat, int field) => double.Parse(stat[field], CultureInfo.InvariantCulture);

    private static string[]? StatOf(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It has ended since the folder was listed.
            return null;
        }
    }
}
