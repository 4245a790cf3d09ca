using System.Globalization;
using System.Text.RegularExpressions;

namespace WorkflowAspire.BullMQ.Protocol;

// Errors of scripts that don't say by themselves what to do.
internal sealed partial class Script
{
    /// <summary>Whether Redis refuses a command in a script to the user that runs it.</summary>
    public static bool IsMissingRight(string message) =>
        message.Contains("The user executing the script can't", StringComparison.Ordinal) || message.Contains("NOPERM", StringComparison.Ordinal);

    /// <summary>The commands that the script and its parts call, and so the rights that its user needs.</summary>
    public IReadOnlySet<string> Commands => CalledCommand().Matches(_text.Value).Select(match => match.Groups[1].Value).ToHashSet();

    /// <summary>What a server's or the client's message about this script means and what to do; null where the message says enough.</summary>
    public string? Explain(string message)
    {
        if (message.Contains("CROSSSLOT", StringComparison.Ordinal) || message.Contains("must involve a single slot", StringComparison.Ordinal))
            return "CROSSSLOT The keys of a queue must be in one slot of a Redis Cluster: put a hash tag in the prefix, for example '{bull}', on every producer and worker of the queue.";
        if (!message.Contains("The user executing the script can't", StringComparison.Ordinal)) return null;
        var what = CommandAt(message) is { } command ? $"{command}, which '+{command.ToLowerInvariant()}' allows" : $"one of {string.Join(", ", Commands.Order())}";
        return $"NOPERM The Redis user lacks the right to {what}; docs/redis.md lists the rights that producers and workers need. Redis says: {message}";
    }

    // Redis names the line at which the script was refused, and not the command; an error that the script caught has no line.
    private string? CommandAt(string message)
    {
        if (!int.TryParse(LineNumber().Match(message).Groups[1].Value, CultureInfo.InvariantCulture, out var line)) return null;
        var lines = _text.Value.Split('\n');
        var command = line <= lines.Length ? CalledCommand().Match(lines[line - 1]).Groups[1].Value : "";
        return command.Length > 0 ? command : null;
    }

    [GeneratedRegex(@"user_script:(\d+)")]
    private static partial Regex LineNumber();

    [GeneratedRegex(@"[cC]all\w*\(""([A-Z]+)""")]
    private static partial Regex CalledCommand();
}
