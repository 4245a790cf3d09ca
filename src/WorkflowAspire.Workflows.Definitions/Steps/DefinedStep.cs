using System.Text.Json;
using WorkflowAspire.BullMQ;
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

    /// <summary>What is evaluated before the step begins, all of it in one go.</summary>
    protected virtual IEnumerable<Expression> Ahead => [];

    /// <summary>What is only asked whether it holds, before the step begins.</summary>
    protected virtual IEnumerable<Expression> Conditions => [];

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
            // The step itself begins in this flow, not in one of its own: the engine notes what follows what.
            var filling = await run.FillAsync(step.Ahead, step.Id, run.Stopping, step.Conditions, onlyIf: step._when).ConfigureAwait(false);
            last = filling is null ? JsonElement.Parse("null") : await step.RunWholeAsync(run, filling).ConfigureAwait(false);
            run.Variables.Steps[step.Id] = last;
        }

        return last;
    }

    /// <param name="run">What it runs with.</param>
    /// <param name="filling">The values of what was evaluated ahead.</param>
    protected abstract Task<JsonElement> RunAsync(StepRun run, Filling filling);

    private async Task<JsonElement> RunWholeAsync(StepRun run, Filling filling)
    {
        try
        {
            return await RunAsync(run, filling).ConfigureAwait(false);
        }
        catch (Exception error) when (Unwritable.Is(error))
        {
            throw new UnrecoverableError($"Step '{Id}': what it sends or leaves can't be written as JSON: {error.Message}", error);
        }
    }
}
