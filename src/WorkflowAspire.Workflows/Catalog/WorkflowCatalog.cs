using WorkflowAspire.Workflows.Runs;

namespace WorkflowAspire.Workflows.Catalog;

/// <summary>The workflows that this process can run.</summary>
internal sealed class WorkflowCatalog(IEnumerable<WorkflowDefinition> definitions, IDefinedWorkflows? defined = null)
{
    private readonly SortedDictionary<string, WorkflowDefinition> _definitions =
        new(definitions.ToDictionary(definition => definition.Name), StringComparer.Ordinal);

    public IReadOnlyCollection<WorkflowDefinition> Definitions => _definitions.Values;

    /// <exception cref="UnknownWorkflowException">There is none of this name.</exception>
    public WorkflowDefinition Get(string name) =>
        _definitions.TryGetValue(name, out var definition) ? definition : throw new UnknownWorkflowException(name, _definitions.Keys);

    /// <summary>What executes a run: its workflow's code, or the interpreter of the definition that it began with.</summary>
    /// <exception cref="UnknownWorkflowException">This process can't run it.</exception>
    public WorkflowDefinition Get(WorkflowRun run) => run.DefinitionVersion is not { } version
        ? Get(run.WorkflowId)
        : defined?.Get(run.WorkflowId, version)
          ?? throw new UnknownWorkflowException($"Workflow '{run.WorkflowId}' is a definition (version {version}), and this worker interprets none; call AddWorkflowDefinitions where it starts.");
}
