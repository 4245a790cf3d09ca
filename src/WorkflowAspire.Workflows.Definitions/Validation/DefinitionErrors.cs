namespace WorkflowAspire.Workflows.Definitions.Validation;

/// <summary>What is wrong with a definition, by the JSON pointer of the place to mend.</summary>
internal sealed class DefinitionErrors
{
    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);

    public bool Any => _errors.Count > 0;

    public void Add(string pointer, string message)
    {
        if (!_errors.TryGetValue(pointer, out var messages)) _errors[pointer] = messages = [];
        if (!messages.Contains(message)) messages.Add(message);
    }

    public IReadOnlyDictionary<string, string[]> ToDictionary() => _errors.ToDictionary(error => error.Key, error => error.Value.ToArray());

    public override string ToString() => string.Join(" ", _errors.SelectMany(error => error.Value.Select(message => $"{(error.Key.Length == 0 ? "/" : error.Key)}: {message}")));
}
