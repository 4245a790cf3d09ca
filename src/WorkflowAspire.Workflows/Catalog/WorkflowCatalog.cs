namespace WorkflowAspire.Workflows.Catalog;

/// <summary>The workflows that this process can run.</summary>
internal sealed class WorkflowCatalog(IEnumerable<WorkflowDefinition> definitions)
{
    private readonly SortedDictionary<string, WorkflowDefinition> _definitions =
        new(definitions.ToDictionary(definition => definition.Name), StringComparer.Ordinal);

    public IReadOnlyCollection<WorkflowDefinition> Definitions => _definitions.Values;

    /// <exception cref="UnknownWorkflowException">There is none of this name.</exception>
    public WorkflowDefinition Get(string name) =>
        _definitions.TryGetValue(name, out var definition) ? definition : throw new UnknownWorkflowException(name, _definitions.Keys);
}
