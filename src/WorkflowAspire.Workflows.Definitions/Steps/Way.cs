using System.Text.Json;

namespace WorkflowAspire.Workflows.Definitions.Steps;

/// <summary>What a step leaves that takes one of several ways.</summary>
internal static class Way
{
    /// <summary>Notes which way is taken, as a step of the run, and takes it.</summary>
    public static async Task<JsonElement> TakeAsync(string step, string? taken, IEnumerable<DefinedStep> steps, StepRun run)
    {
        taken = await run.Context.StepAsync(step, _ => Task.FromResult(taken)).ConfigureAwait(false);
        var output = await DefinedStep.RunAllAsync(steps, run.Inside()).ConfigureAwait(false);
        return JsonSerializer.SerializeToElement(new Dictionary<string, object?> { ["taken"] = taken, ["output"] = output });
    }
}
