using WorkflowAspire.Evaluator.Protocol;
using WorkflowAspire.Workflows.Definitions.Expressions;

namespace WorkflowAspire.Workflows.Definitions.Templates;

/// <summary>A Liquid template of a definition.</summary>
internal sealed class Template(string source, TemplateFacts facts)
{
    public TenantText Text { get; } = new(TextKind.Template, source);

    public Needs Needs { get; } = new(facts.Roots, facts.Steps);
}
