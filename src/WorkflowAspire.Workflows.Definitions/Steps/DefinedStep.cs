using System.Text.Json;
using WorkflowAspire.Workflows.Definitions.Expressions;
using WorkflowAspire.Workflows.Definitions.Reading;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>A step of a definition: what its JSON says, and how it runs.</summary>
internal abstract class DefinedStep(StepReader reader)
{
    private readonly Expression? _when = reader.Condition("when");

    public string Id { get; } = reader.Id;

    /// <summary>Where it stands in the definition.</summary>
    public string Pointer { get; } = reader.Pointer;

    /// <summary>The step and all that are inside it.</summary>
    public IEnumerable<DefinedStep> WithInner => Inner.SelectMany(step => step.WithInner).Prepend(this);

    protected virtual IEnumerable<DefinedStep> Inner => [];

    public static DefinedStep Read(string type, StepReader reader) => type switch
    {
        "http" => new HttpStep(reader),
        "llm" => new LanguageModelStep(reader),
        "template" => new TemplateStep(reader),
        "branch" => new BranchStep(reader),
        "switch" => new SwitchStep(reader),
        "parallel" => new ParallelStep(reader),
        "forEach" => new ForEachStep(reader),
        "wait" => new WaitStep(reader),
        "signal" => new SignalStep(reader),
        "workflow" => new ChildStep(reader),
        "code" => new CodeStep(reader),
        _ => throw new ArgumentException($"There is no step type '{type}'.", nameof(type)),
    };

    /// <summary>Runs steps one after the other; returns the last one's output.</summary>
    public static async Task<JsonElement> RunAllAsync(IEnumerable<DefinedStep> steps, StepRun run)
    {
        var last = JsonElement.Parse("null");
        foreach (var step in steps)
        {
            last = step._when is { } when && !IsTruthy(run.Evaluate(when, step.Id)) ? JsonElement.Parse("null") : await step.RunAsync(run).ConfigureAwait(false);
            run.Variables.Steps[step.Id] = last;
        }

        return last;
    }

    protected abstract Task<JsonElement> RunAsync(StepRun run);

    /// <summary>As JavaScript has it.</summary>
    protected static bool IsTruthy(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.False => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Number => value.GetDouble() != 0,
        _ => true,
    };
}
