namespace WorkflowAspire.Evaluator.Schemas;

/// <summary>What is wrong with a value or a definition, by the JSON pointer of the place to mend.</summary>
internal sealed class Faults
{
    /// <summary>How many places are named; more would help nobody.</summary>
    public const int MostPlaces = 100;

    private const int LongestMessage = 500;

    private readonly SortedDictionary<string, List<string>> _faults = new(StringComparer.Ordinal);

    public bool Any => _faults.Count > 0;

    public void Add(string pointer, string message)
    {
        if (!_faults.TryGetValue(pointer, out var messages))
        {
            if (_faults.Count >= MostPlaces) return;
            _faults[pointer] = messages = [];
        }

        if (message.Length > LongestMessage) message = $"{message[..(char.IsHighSurrogate(message[LongestMessage - 1]) ? LongestMessage - 1 : LongestMessage)]} …";
        if (messages.Count < MostPlaces && !messages.Contains(message)) messages.Add(message);
    }

    /// <summary>Adds what was found in a part.</summary>
    public void Add(string pointer, IReadOnlyDictionary<string, string[]> found, string before = "")
    {
        foreach (var (place, messages) in found)
            foreach (var message in messages) Add(pointer + place, before + message);
    }

    public Dictionary<string, string[]> ToDictionary() => _faults.ToDictionary(fault => fault.Key, fault => fault.Value.ToArray());

    public override string ToString() => Describe(ToDictionary());

    /// <summary>In one line.</summary>
    public static string Describe(IReadOnlyDictionary<string, string[]> faults) =>
        string.Join(" ", faults.SelectMany(fault => fault.Value.Select(message => $"{(fault.Key.Length == 0 ? "/" : fault.Key)}: {message}")));
}
