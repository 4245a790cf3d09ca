using WorkflowAspire.Workflows.Definitions.Evaluation;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Steps;

namespace WorkflowAspire.Workflows.Definitions.Reading;

/// <summary>A definition that has been read.</summary>
/// <param name="Steps">Its steps.</param>
/// <param name="Output">Its output; null for the last step's.</param>
/// <param name="Input">The schema of its input; null for any.</param>
/// <param name="Children">The workflows that it runs, and where it says so.</param>
internal sealed record DefinedWorkflow(
    IReadOnlyList<DefinedStep> Steps, FilledValue? Output, Schema? Input, IReadOnlyList<(string Place, string Workflow)> Children)
{
    /// <summary>All its steps, those inside others too.</summary>
    public IEnumerable<DefinedStep> AllSteps => Steps.SelectMany(step => step.WithInner);
}
